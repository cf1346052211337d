/** Cloud regions behind Heroku's region names. @see partner API spec, section 1.6 */
const cloudRegions: Record<string, string> = {
  us: 'us-east-1',
  virginia: 'us-east-1',
  eu: 'eu-west-1',
  dublin: 'eu-west-1',
  frankfurt: 'eu-central-1',
  oregon: 'us-west-2',
  tokyo: 'ap-northeast-1',
  singapore: 'ap-southeast-1',
  sydney: 'ap-southeast-2',
  california: 'us-west-1',
  london: 'eu-west-2',
  montreal: 'ca-central-1',
  mumbai: 'ap-south-1',
};

export const regionNames = Object.keys(cloudRegions);

/** The `region` of a provision request: `amazon-web-services::us-east-1`. Unknown names pass unchanged. */
export function cloudRegion(herokuRegion: string): string {
  return `amazon-web-services::${cloudRegions[herokuRegion] ?? herokuRegion}`;
}
