/** English words too common to distinguish texts; they are ignored in texts and in questions. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both
  but by can could did do does doing down during each either else ever every few for from further get had has have
  having he her here hers herself him himself his how however i if in into is it its itself just let many may me might
  more most much must my myself neither no nor not now of off on once one only onto or other our ours ourselves out over
  own per rather same shall she should since so some such than that the their theirs them themselves then there these
  they this those though through thus to too under until unto up upon us very was we were what when where whether which
  while who whom whose why will with within without would yet you your yours yourself yourselves
  dont doesnt didnt isnt arent wasnt werent hasnt havent hadnt wont wouldnt cant couldnt shouldnt im ive youre theyre
  whats`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
