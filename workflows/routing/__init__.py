"""Who gets a task, why, and who may act on it: resolvers, policies, and the one gate against conflicts of interest."""
