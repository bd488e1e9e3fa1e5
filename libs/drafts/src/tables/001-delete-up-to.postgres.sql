-- Saving a revision locks the draft until it is there; so the lock comes first, and the revisions are looked at after it.
CREATE FUNCTION followthrough_drafts.delete_up_to(of_kind text, of_id text, up_to bigint)
RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM followthrough_drafts.drafts d WHERE d.kind = of_kind AND d.id = of_id FOR UPDATE;
  RETURN QUERY DELETE FROM followthrough_drafts.drafts d WHERE d.kind = of_kind AND d.id = of_id AND NOT EXISTS (
    SELECT 1 FROM followthrough_drafts.revisions r WHERE r.kind = of_kind AND r.id = of_id AND r.revision > up_to)
    RETURNING d.id;
END $$;
