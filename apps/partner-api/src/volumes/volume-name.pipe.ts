import { volumeName } from '@dockhero/contracts/volume-agent-api';
import { AppError } from '@dockhero/domain/errors';
import type { PipeTransform } from '@nestjs/common';

/** Reads a volume's name in a path. @throws AppError `volume_not_found` for a name that no volume can have. */
export class VolumeNamePipe implements PipeTransform<string, string> {
  transform(value: string): string {
    const { data } = volumeName.safeParse(value);
    if (data === undefined) throw new AppError('volume_not_found');
    return data;
  }
}
