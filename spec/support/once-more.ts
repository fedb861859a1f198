// On a machine that is shared with others: what fails twice in a row is a failure.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
