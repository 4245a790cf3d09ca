-- What the workers can run: they publish it, the API reads it.
CREATE TABLE workflows (
    name         text        NOT NULL PRIMARY KEY,
    description  text,
    published_at $instant$   NOT NULL
)
;
