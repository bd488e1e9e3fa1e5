-- The audit: who did what, and when.
CREATE TABLE followthrough_access.audit (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          text NOT NULL,
  account     text,
  role        text,
  agency      text,
  address     text,
  what        text NOT NULL,
  subject     text,
  status      integer NOT NULL,
  code        text,
  correlation text
);

CREATE INDEX audit_at ON followthrough_access.audit (at);
CREATE INDEX audit_account ON followthrough_access.audit (account, id);

-- Only added to: of an entry nothing changes but the address, which may be erased; and none goes that is not a month old.
CREATE FUNCTION followthrough_access.audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF old.at > to_char(now() AT TIME ZONE 'UTC' - interval '30 days', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') THEN
      RAISE EXCEPTION 'an entry of the audit is kept for a month at least';
    END IF;
    RETURN old;
  END IF;
  IF new.address IS NOT NULL OR (to_jsonb(new) - 'address') IS DISTINCT FROM (to_jsonb(old) - 'address') THEN
    RAISE EXCEPTION 'an entry of the audit does not change';
  END IF;
  RETURN new;
END $$;

CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON followthrough_access.audit
FOR EACH ROW EXECUTE FUNCTION followthrough_access.audit_stays();
