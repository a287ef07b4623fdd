"""The other side of `cargo xtask bench engine`: the same with llama.cpp, as the package xllamacpp brings it.

llama.py MODEL THREADS PROMPT-TOKENS NEW-TOKENS
"""

import sys
import time

import xllamacpp


class Clock:
    def __init__(self):
        self.processor = time.process_time()
        self.begun = time.perf_counter()

    def took(self, what):
        processor = (time.process_time() - self.processor) * 1000
        wall = (time.perf_counter() - self.begun) * 1000
        print(f"took {what} {processor:.3f} {wall:.3f}")


def peak():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024


def main(model, threads, prompt, new):
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.n_ctx = 2048
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    clock = Clock()
    server = xllamacpp.Server(parameters)
    clock.took("load")
    ids = [1000 + at * 37 % 20000 for at in range(prompt)]

    def write(count):
        asked = {"prompt": ids, "temperature": 0, "max_tokens": count, "ignore_eos": True, "logprobs": 1}
        answer = server.handle_completions({**asked, "cache_prompt": True})
        return [token["id"] for token in answer["choices"][0]["logprobs"]["content"]]

    clock = Clock()
    first = write(1)
    clock.took("prompt")
    # The prompt is kept but for its last token, so that as many tokens are computed as on our side.
    clock = Clock()
    written = write(new - 1)
    clock.took("write")
    print("value memory", peak())
    print("ids", *first, *written[1:])


main(sys.argv[1], *map(int, sys.argv[2:]))
