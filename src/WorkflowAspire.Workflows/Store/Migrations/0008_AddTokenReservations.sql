-- The calls in flight, each with its tokens and its end: { "<id>": [tokens, milliseconds] }. The columns reserved and reserved_until are the
-- version's before, which may still run beside this one.
ALTER TABLE workflow_llm_budgets ADD COLUMN reservations text NOT NULL DEFAULT '{}'
;
