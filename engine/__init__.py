"""Runs BPMN: definitions, instances, tasks, jobs, timers, decisions, expressions, history."""
