-- Why the tokens of a grant could not be renewed of late, although that may still work: for whoever looks. A renewal that
-- works takes it away.
ALTER TABLE oauth_grant ADD COLUMN trouble TEXT;
