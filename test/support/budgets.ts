/** The budgets of clients in tests. */

/** Tests ask more in a minute than people do. */
export const ANY_NUMBER = { RATE_LIMIT: '0', TOKEN_RATE_LIMIT: '0', SIGN_IN_RATE_LIMIT: '0' };
