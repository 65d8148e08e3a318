const _UNKNOWN_ENDPOINT = '(none)';
