-- Deleting an agent looks for its generations.
CREATE INDEX generations_by_agent ON generations (agent_id);
