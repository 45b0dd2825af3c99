"""Runs inside Blender's own Python (GPL): reads jobs from stdin, one JSON object a line, renders each to a PNG.

A separate program: nothing of the project imports this file and this file imports nothing of the project. A job names
an `.npz` with the mesh and a PNG to write; every other key is a plain number. Answers `done <out>` a job.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import bpy
import mathutils
import numpy as np

Job = dict[str, Any]
MEANS: dict[str, float] = {}
"""Mean brightness of the panoramas seen so far."""


class Shader:
    """The one material: vertex colour, fibre grain, bump, and mould where there is some."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.material = bpy.data.materials.new("strand")
        self.material.use_nodes = True
        self.nodes, self.links = self.material.node_tree.nodes, self.material.node_tree.links
        self.bsdf = self.nodes["Principled BSDF"]
        fine = job["grain_scale"]
        stretched = self.vector("MULTIPLY", self.attribute("grain", "Vector"))
        stretched.inputs[1].default_value = (fine / job["grain_stretch"], fine, fine)
        fibre = self.noise(stretched.outputs[0], 1.0, 3.0)
        shade = self.maths("ADD", self.maths("MULTIPLY", self.maths("SUBTRACT", fibre, 0.5), 2.6 * job["grain"]), 1.0)
        tinted = self.vector("SCALE", self.attribute("colour", "Color"))
        self.links.new(shade, tinted.inputs["Scale"])
        colour, height = tinted.outputs[0], fibre
        rough = self.maths("SUBTRACT", job["roughness"], self.attribute("gloss", "Fac"))
        if job["mouldy"]:
            colour, grown = self.overgrown(colour)
            height = self.maths("ADD", fibre, self.maths("MULTIPLY", grown, 0.8))
            rough = self.maths("ADD", rough, self.maths("MULTIPLY", grown, 0.4), True)
        bump = self.nodes.new("ShaderNodeBump")
        bump.inputs["Strength"].default_value = job["bump"]
        bump.inputs["Distance"].default_value = 0.0012
        self.links.new(height, bump.inputs["Height"])
        self.links.new(bump.outputs[0], self.bsdf.inputs["Normal"])
        self.links.new(colour, self.bsdf.inputs["Base Color"])
        self.links.new(rough, self.bsdf.inputs["Roughness"])
        self.bsdf.inputs["Specular IOR Level"].default_value = job["specular"]

    def overgrown(self, colour: Any) -> tuple[Any, Any]:
        """The colour under mould, and how much has grown where."""
        scale = self.job["mould_scale"]
        place = self.nodes.new("ShaderNodeTexCoord").outputs["Object"]
        speck, blotch = self.noise(place, scale, 4.0), self.noise(place, scale * 0.16, 2.0)
        density = self.attribute("mould", "Fac")
        # Colonies: a place is overgrown where the noise exceeds one minus the density there.
        reach = self.maths("ADD", speck, self.maths("MULTIPLY", density, 0.62))
        grown = self.maths("MULTIPLY", self.maths("SUBTRACT", reach, 0.88), 6.0, True)
        which = self.maths("MULTIPLY", self.maths("SUBTRACT", blotch, 0.4), 5.0, True)
        tone = self.mix(which, self.job["mould_a"], self.job["mould_b"])
        return self.mix(self.maths("MULTIPLY", grown, 0.9), colour, tone), grown

    def attribute(self, name: str, output: str) -> Any:
        """An attribute of the mesh's vertices."""
        node = self.nodes.new("ShaderNodeAttribute")
        node.attribute_name = name
        return node.outputs[output]

    def vector(self, operation: str, value: Any) -> Any:
        """A vector node with its first input connected."""
        node = self.nodes.new("ShaderNodeVectorMath")
        node.operation = operation
        self.links.new(value, node.inputs[0])
        return node

    def maths(self, operation: str, a: Any, b: Any, clamp: bool = False) -> Any:
        """A number from two numbers or sockets."""
        node = self.nodes.new("ShaderNodeMath")
        node.operation, node.use_clamp = operation, clamp
        for slot, value in enumerate((a, b)):
            if isinstance(value, int | float):
                node.inputs[slot].default_value = value
            else:
                self.links.new(value, node.inputs[slot])
        return node.outputs[0]

    def noise(self, vector: Any, scale: float, detail: float) -> Any:
        """Fractal noise, 0..1."""
        node = self.nodes.new("ShaderNodeTexNoise")
        node.inputs["Scale"].default_value = scale
        node.inputs["Detail"].default_value = detail
        self.links.new(vector, node.inputs["Vector"])
        return node.outputs["Fac"]

    def mix(self, fac: Any, a: Any, b: Any) -> Any:
        """Colour a where fac is 0, colour b where it is 1."""
        node = self.nodes.new("ShaderNodeMix")
        node.data_type = "RGBA"
        self.links.new(fac, node.inputs["Factor"])
        for name, value in (("A", a), ("B", b)):
            slot = next(s for s in node.inputs if s.name == name and s.type == "RGBA")
            if isinstance(value, list):
                slot.default_value = (*value, 1.0)
            else:
                self.links.new(value, slot)
        return next(s for s in node.outputs if s.type == "RGBA")


def mesh(data: Any, mat: Any) -> None:
    """The quads as one smooth-shaded object."""
    me = bpy.data.meshes.new("piece")
    points, quads = data["points"], data["quads"]
    me.vertices.add(len(points))
    me.vertices.foreach_set("co", points.astype(np.float32).ravel())
    me.loops.add(quads.size)
    me.loops.foreach_set("vertex_index", quads.astype(np.int32).ravel())
    me.polygons.add(len(quads))
    me.polygons.foreach_set("loop_start", np.arange(0, quads.size, 4, dtype=np.int32))
    me.polygons.foreach_set("use_smooth", np.ones(len(quads), dtype=bool))
    colour = np.concatenate([data["colour"], np.ones((len(points), 1))], 1).astype(np.float32)
    me.attributes.new("colour", "FLOAT_COLOR", "POINT").data.foreach_set("color", colour.ravel())
    me.attributes.new("grain", "FLOAT_VECTOR", "POINT").data.foreach_set(
        "vector", data["grain"].astype(np.float32).ravel()
    )
    for name in ("mould", "gloss"):
        me.attributes.new(name, "FLOAT", "POINT").data.foreach_set("value", data[name].astype(np.float32))
    me.update(calc_edges=True)
    me.materials.append(mat)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("piece", me))


def ground(job: Job) -> None:
    """A floor that the camera does not see: it bounces light and darkens the foot of the piece."""
    bpy.ops.mesh.primitive_plane_add(size=6, location=(0, 0, job["ground_z"]))
    plane = bpy.context.object
    plane.visible_camera = False
    mat = bpy.data.materials.new("ground")
    mat.use_nodes = True
    g = job["ground_grey"]
    mat.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (g, g, g, 1)
    plane.data.materials.append(mat)


def light(job: Job) -> None:
    """Panorama turned about z at a set mean brightness, and now and then a hard lamp."""
    world = bpy.context.scene.world = bpy.data.worlds.new("world")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    image = bpy.data.images.load(job["hdri"], check_existing=True)
    if job["hdri"] not in MEANS:
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        rgb = np.clip(pixels.reshape(image.size[1], image.size[0], 4)[..., :3], 0, 60)
        weight = np.cos(np.linspace(-np.pi / 2, np.pi / 2, image.size[1]))[:, None, None]
        MEANS[job["hdri"]] = float((rgb * weight).sum() / (weight.sum() * rgb.shape[1] * 3))
    env = nodes.new("ShaderNodeTexEnvironment")
    env.image = image
    mapping = nodes.new("ShaderNodeMapping")
    mapping.inputs["Rotation"].default_value[2] = job["hdri_turn"]
    links.new(nodes.new("ShaderNodeTexCoord").outputs["Generated"], mapping.inputs["Vector"])
    links.new(mapping.outputs[0], env.inputs["Vector"])
    links.new(env.outputs[0], nodes["Background"].inputs["Color"])
    # The map by which bright spots are found takes seconds at the panorama's own resolution and gains nothing.
    world.cycles.sampling_method, world.cycles.sample_map_resolution = "MANUAL", 128
    nodes["Background"].inputs["Strength"].default_value = job["hdri_power"] / MEANS[job["hdri"]]
    if job["sun"] > 0:
        lamp = bpy.data.lights.new("sun", "SUN")
        lamp.energy, lamp.angle = job["sun"], job["sun_size"]
        lamp.color = job["sun_colour"]
        sun = bpy.data.objects.new("sun", lamp)
        sun.rotation_euler = job["sun_turn"]
        bpy.context.scene.collection.objects.link(sun)


def view(job: Job) -> None:
    """The camera, given as position and axes (right, up, back)."""
    cam = bpy.data.cameras.new("camera")
    cam.sensor_fit, cam.angle = "HORIZONTAL", job["fov"]
    cam.clip_start, cam.clip_end = 0.005, 50
    ob = bpy.data.objects.new("camera", cam)
    right, up, back = job["axes"]
    x, y, z = job["position"]
    rows = [(right[k], up[k], back[k], (x, y, z)[k]) for k in range(3)]
    ob.matrix_world = mathutils.Matrix([*rows, (0, 0, 0, 1)])
    bpy.context.scene.collection.objects.link(ob)
    bpy.context.scene.camera = ob


def settings(job: Job) -> None:
    """Cycles on the CPU, few samples, denoised with albedo and normals as guides."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x = scene.render.resolution_y = job["size"]
    scene.render.film_transparent = True
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.image_settings.compression = 10
    scene.render.threads_mode, scene.render.threads = "FIXED", job["threads"]
    # Two stops under and 16 bits deep: exposure and tone curve come later, in numpy (develop.py).
    scene.render.image_settings.color_depth = "16"
    scene.view_settings.view_transform = "Standard"
    scene.view_settings.exposure = -2.0
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.seed = "CPU", job["samples"], job["noise_seed"]
    cycles.use_adaptive_sampling = False
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    # Accurate filtering of the guides takes three times as long as everything else at this size.
    cycles.denoising_prefilter, cycles.denoising_quality = "FAST", "BALANCED"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 3, 2
    cycles.transmission_bounces, cycles.transparent_max_bounces = 0, 2
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 4.0


def render(job: Job) -> None:
    """One job, from an empty file to a PNG."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    settings(job)
    data = np.load(job["npz"])
    mesh(data, Shader(job).material)
    ground(job)
    light(job)
    view(job)
    bpy.context.scene.render.filepath = job["out"]
    bpy.ops.render.render(write_still=True)


def main() -> None:
    """Serve jobs until stdin closes. Blender's own chatter goes to stderr, so that answers stay readable."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        job = json.loads(line)
        render(job)
        answers.write(f"done {Path(job['out']).name}\n")
        answers.flush()


if __name__ == "__main__":
    main()
