/** Names the variable that tells the tests where to leave what they have shown. */
export const RESULTS_DIRECTORY = 'CLIENT_RESULTS';
