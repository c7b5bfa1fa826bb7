"""The contender on PyTorch, which is not part of the course: pyproject.toml's extra ``bench``.

The post's sizes and Adam 1e-3, batch size and number of epochs as the course's fast training, all in float32.
"""

import torch
from torch import nn
from torch.nn import functional


class TorchVAE(nn.Module):
    """784-512-2-512-784; called on x (batch, 784), returns the negative ELBO, a scalar in nats per image."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 4))
        self.decoder = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, 784))

    def forward(self, x):
        z_mean, z_log_var = self.encoder(x).chunk(2, dim=1)
        z = z_mean + torch.exp(0.5 * z_log_var) * torch.randn_like(z_mean)
        cross_entropy = functional.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        kl = 0.5 * torch.sum(torch.expm1(z_log_var) + z_mean**2 - z_log_var)
        return (cross_entropy + kl) / len(x)


def best(x_train, turns, epochs, seed, batch_size=250):
    """The best that we could make of it: forward and backward pass compiled, and Adam fused into one pass."""
    torch.manual_seed(seed)
    torch.set_flush_denormal(True)
    vae = TorchVAE()
    loss_of = torch.compile(vae)
    optimizer = torch.optim.Adam(vae.parameters(), lr=1e-3, fused=True)
    x_train = torch.from_numpy(x_train)
    for _ in range(epochs):
        for batch in torch.randperm(len(x_train)).split(batch_size):
            optimizer.zero_grad(set_to_none=True)
            loss_of(x_train[batch]).backward()
            optimizer.step()
        end_epoch(vae, turns)


@torch.no_grad()
def end_epoch(vae, turns):
    """Hand the network's two halves over as functions of arrays."""

    def encode(x):
        return tuple(part.numpy() for part in vae.encoder(torch.from_numpy(x)).chunk(2, dim=1))

    turns.end_epoch(encode, lambda z: vae.decoder(torch.from_numpy(z)).numpy())
