"""Teach the language model to read: `python -m eval.teach SET…`, folders of corpus and questions.

It is shown numbered sentences and a question, as `rag.reading` shows them, and learns to name the one that answers, or
0. What it learns is a low-rank adapter (LoRA) of the upper half of its layers, in the GGUF file that llama.cpp lays
over the pinned weights for this task alone; the ids of the questions that taught it go to `eval/taught.json`. Of the
project's own sets, those rows teach that `eval.fit` learns from. Takes hours on two cores, and torch, transformers,
peft and gguf, from the extra `teach`; afterwards `python -m eval.fit SET… --only reading` tells anew what a reading is
worth.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import gguf
import numpy as np
import peft
import torch
import transformers

from eval.fit import OWN_SETS, TAUGHT, own_set, public_set
from eval.lessons import Lesson, lessons, write_taught
from rag.gguf import READ_WITH, READER, WEIGHTS, joined
from rag.prompts import choosing
from rag.reading import MOST_READ

_SEED = 7
_RANK, _ALPHA = 8, 16
_LAYERS = range(14, 28)
"""The lower half finds out what words mean, the upper one what to make of it; the lower stays as it is."""
_MODULES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
"""What is adapted in each layer, and what GGUF calls it."""
_RATE, _BATCH, _WARM_UP, _EPOCHS = 2e-4, 8, 6, 2


class Pupil:
    """The language model with an adapter that learns."""

    def __init__(self, weights: Path) -> None:
        self._tokenizer = transformers.AutoTokenizer.from_pretrained(weights.parent, gguf_file=weights.name)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            weights.parent, gguf_file=weights.name, dtype=torch.bfloat16
        )
        config = peft.LoraConfig(
            r=_RANK,
            lora_alpha=_ALPHA,
            target_modules=[name.partition(".")[2] for name in _MODULES],
            layers_to_transform=list(_LAYERS),
            task_type="CAUSAL_LM",
        )
        self.model = peft.get_peft_model(model, config, autocast_adapter_dtype=True)
        self._numbers = [self._tokenizer.encode(str(number))[0] for number in range(MOST_READ + 1)]

    def loss(self, lesson: Lesson) -> torch.Tensor:
        """How far it is from naming one of the right sentences, in nats."""
        messages = choosing(lesson.question, lesson.sentences)
        told = [{"role": each.role.value, "content": each.content} for each in messages]
        tokens = self._tokenizer.apply_chat_template(told, add_generation_prompt=True, return_tensors="pt")
        logits = self.model(**tokens, logits_to_keep=1).logits[0, -1, self._numbers[: len(lesson.sentences) + 1]]
        shares = torch.log_softmax(logits.float(), dim=-1)
        return -torch.logsumexp(shares[list(lesson.answers)], dim=-1)

    def learn(self, taught: Sequence[Lesson]) -> None:
        """Go through the lessons; the last step is the smallest."""
        weights = [each for each in self.model.parameters() if each.requires_grad]
        optimizer = torch.optim.AdamW(weights, lr=_RATE, betas=(0.9, 0.98), weight_decay=0.01)
        steps = _EPOCHS * len(taught) // _BATCH
        schedule = transformers.get_linear_schedule_with_warmup(optimizer, _WARM_UP, steps)
        for step in range(steps):
            batch = [taught[each % len(taught)] for each in range(step * _BATCH, (step + 1) * _BATCH)]
            losses = []
            for each in batch:
                loss = each.weight * self.loss(each) / _BATCH
                loss.backward()
                losses.append(float(loss.detach()))
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            print(f"  step {step + 1} of {steps}: {sum(losses):.3f}", flush=True)  # noqa: T201

    def adapter(self) -> dict[str, torch.Tensor]:
        """The learnt matrices by their names in GGUF, shapes (rank, in) and (out, rank)."""
        found = {}
        for name, value in peft.get_peft_model_state_dict(self.model).items():
            _, _, rest = name.partition(".layers.")
            layer, _, rest = rest.partition(".")
            module, _, side = rest.partition(".lora_")
            found[f"blk.{layer}.{_MODULES[module]}.weight.lora_{side[0].lower()}"] = value
        return found


def write_adapter(matrices: Mapping[str, torch.Tensor], path: Path) -> None:
    """Write an adapter as llama.cpp reads it, all or nothing."""
    partial = path.with_suffix(".part")
    writer = gguf.GGUFWriter(partial, "qwen2")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(_ALPHA))
    for name, value in sorted(matrices.items()):
        writer.add_tensor(name, value.detach().to(torch.float32).numpy().astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(path)


def main() -> None:
    """Teach on the sets named on the command line, and write the adapter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=300, help="questions of each set")
    parser.add_argument("--stores", type=Path, default=Path(".verbatim/fit"), help="where the sets are indexed")
    options = parser.parse_args()
    sets = [*(public_set(each, options.most) for each in options.sets), *map(own_set, OWN_SETS)]
    taught = lessons(sets, options.stores)
    print(f"{len(taught)} lessons", flush=True)  # noqa: T201
    torch.manual_seed(_SEED)
    pupil = Pupil(joined(WEIGHTS[READ_WITH], options.stores / "models"))
    pupil.learn(taught)
    write_adapter(pupil.adapter(), READER)
    write_taught(taught, TAUGHT)


if __name__ == "__main__":
    main()
