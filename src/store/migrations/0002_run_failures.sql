-- Failed results of an ended run by category, as a JSON object; a column, so that telling it costs no row of its own.
ALTER TABLE runs ADD COLUMN failures TEXT NOT NULL DEFAULT '{}';
