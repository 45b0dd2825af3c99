"""Making pieces, training the model and releasing it. torch, torchvision, albumentations and bpy live here alone."""
