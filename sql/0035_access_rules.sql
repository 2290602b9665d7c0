-- Who may have desktops of a base: rules about people and about the programs they use, in order, as one value. Null for none.
ALTER TABLE domains ADD COLUMN IF NOT EXISTS access longtext NULL CHECK (json_valid(access)) AFTER is_public;
-- What the program said of itself by which a request was asked for, because rules may ask about that, too.
ALTER TABLE requests ADD COLUMN IF NOT EXISTS client longtext NULL CHECK (json_valid(client)) AFTER caller_address;
