-- What was refused is the same deed with another outcome.
UPDATE audit SET action = LEFT(action, CHAR_LENGTH(action) - CHAR_LENGTH('_refused')), outcome = 'refused' WHERE action IN ('sign_in_refused', 'change_password_refused');
