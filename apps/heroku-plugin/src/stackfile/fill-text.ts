import { interpolate, type Lookup } from './interpolate.js';
import { InvalidInterpolation } from './parse-template.js';

/** Replaces the variables of a text by what is known of them; a text that cannot be read as a template is empty: other checks say why. */
export function fillWith(lookup: Lookup): (text: string) => string {
  return (text) => {
    try {
      return interpolate(text, lookup).text;
    } catch (error) {
      if (error instanceof InvalidInterpolation) return '';
      throw error;
    }
  };
}
