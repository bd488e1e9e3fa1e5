/** What is to be looked at is not there; looking makes nothing. */
export class NothingThere extends Error {}
