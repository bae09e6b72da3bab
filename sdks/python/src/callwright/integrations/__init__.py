"""An agent's tools for the runtimes of voice and chat agents, one module each. Each wants its extra:
`pip install 'callwright[pipecat]'`."""
