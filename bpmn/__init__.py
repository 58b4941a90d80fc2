"""The process library: one folder a process package, and the schema of our BPMN extension. Data, no code."""
