//! Paints a frame on the processor, so that a picture needs no GPU, no driver and no display.

use std::collections::HashMap;

use eframe::egui::epaint::textures::TexturesDelta;
use eframe::egui::epaint::{Primitive, Vertex};
use eframe::egui::{Color32, Context, FullOutput, ImageData, Pos2, Rect, TextureId, pos2};
use image::{Rgba, RgbaImage};

/// A texture in memory.
struct Texture {
    width: usize,
    height: usize,
    texels: Vec<[f32; 4]>,
}

impl Texture {
    /// Bilinear, clamped at the edges; `u` and `v` from 0 to 1.
    fn sample(&self, at: Pos2) -> [f32; 4] {
        let (x, y) = (at.x * self.width as f32 - 0.5, at.y * self.height as f32 - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let texel = |dx: f32, dy: f32| {
            let column = (left + dx).clamp(0.0, self.width as f32 - 1.0) as usize;
            let row = (top + dy).clamp(0.0, self.height as f32 - 1.0) as usize;
            self.texels[row * self.width + column]
        };
        let mix = |a: [f32; 4], b: [f32; 4], t: f32| std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t);
        mix(mix(texel(0.0, 0.0), texel(1.0, 0.0), x - left), mix(texel(0.0, 1.0), texel(1.0, 1.0), x - left), y - top)
    }
}

/// An [`egui_kittest::TestRenderer`] without a GPU.
#[derive(Default)]
pub(crate) struct Painter {
    textures: HashMap<TextureId, Texture>,
}

impl egui_kittest::TestRenderer for Painter {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let mut set: Vec<_> = delta.set.drain().collect();
        set.sort_by_key(|(id, _)| *id);
        for (id, patches) in set {
            for patch in patches {
                let ImageData::Color(image) = &patch.image;
                let [width, height] = image.size;
                let texels: Vec<[f32; 4]> = image.pixels.iter().map(|&pixel| unit(pixel)).collect();
                match patch.pos {
                    None => {
                        self.textures.insert(id, Texture { width, height, texels });
                    }
                    Some([x, y]) => {
                        let texture = self.textures.get_mut(&id).expect("a patch follows its texture");
                        for (row, line) in texels.chunks_exact(width).enumerate() {
                            let begin = (y + row) * texture.width + x;
                            texture.texels[begin..begin + width].copy_from_slice(line);
                        }
                    }
                }
            }
        }
        let freed: Vec<TextureId> = delta.free.drain().collect();
        self.textures.retain(|id, _| !freed.contains(id));
    }

    fn render(&mut self, ctx: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = ctx.pixels_per_point();
        let size = ctx.content_rect().size() * scale;
        let mut canvas = Canvas::new(size.x.round() as usize, size.y.round() as usize);
        for clipped in ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
            let texture = self.textures.get(&mesh.texture_id).ok_or_else(|| format!("no texture {:?}", mesh.texture_id))?;
            let clip = clipped.clip_rect * scale;
            for corners in mesh.indices.chunks_exact(3) {
                let corners = [corners[0], corners[1], corners[2]].map(|i| &mesh.vertices[i as usize]);
                canvas.triangle(corners, scale, clip, texture);
            }
        }
        Ok(canvas.into_image())
    }
}

fn unit(color: Color32) -> [f32; 4] {
    color.to_array().map(|channel| f32::from(channel) / 255.0)
}

struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<[f32; 4]>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![[0.0; 4]; width * height] }
    }

    fn triangle(&mut self, mut v: [&Vertex; 3], scale: f32, clip: Rect, texture: &Texture) {
        let place = |vertex: &Vertex| (vertex.pos.to_vec2() * scale).to_pos2();
        let turn = |a: Pos2, b: Pos2, c: Pos2| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
        let area = turn(place(v[0]), place(v[1]), place(v[2]));
        if area == 0.0 {
            return;
        }
        if area < 0.0 {
            v.swap(1, 2);
        }
        let (p, area) = (v.map(place), area.abs());
        let bounds = Rect::from_points(&p).intersect(clip);
        let columns = bounds.left().floor().max(0.0) as usize..(bounds.right().ceil().max(0.0) as usize).min(self.width);
        let rows = bounds.top().floor().max(0.0) as usize..(bounds.bottom().ceil().max(0.0) as usize).min(self.height);
        let inks = v.map(|vertex| unit(vertex.color));
        let flat = (v[0].uv == v[1].uv && v[1].uv == v[2].uv).then(|| texture.sample(v[0].uv));
        // Of two triangles that share an edge, exactly one owns the pixels on it.
        let owns = |a: Pos2, b: Pos2| b.y < a.y || (b.y <= a.y && b.x > a.x);
        let edges = [(p[1], p[2]), (p[2], p[0]), (p[0], p[1])];
        for row in rows {
            for column in columns.clone() {
                let at = pos2(column as f32 + 0.5, row as f32 + 0.5);
                if !clip.contains(at) {
                    continue;
                }
                let turns = edges.map(|(a, b)| turn(a, b, at));
                if (0..3).any(|i| turns[i] < 0.0 || turns[i] == 0.0 && !owns(edges[i].0, edges[i].1)) {
                    continue;
                }
                let share = turns.map(|turn| turn / area);
                let texel = flat.unwrap_or_else(|| {
                    let uv = |axis: fn(Pos2) -> f32| (0..3).map(|i| share[i] * axis(v[i].uv)).sum();
                    texture.sample(pos2(uv(|p| p.x), uv(|p| p.y)))
                });
                let ink: [f32; 4] =
                    std::array::from_fn(|channel| (0..3).map(|i| share[i] * inks[i][channel]).sum::<f32>() * texel[channel]);
                let pixel = &mut self.pixels[row * self.width + column];
                *pixel = std::array::from_fn(|channel| ink[channel] + pixel[channel] * (1.0 - ink[3]));
            }
        }
    }

    fn into_image(self) -> RgbaImage {
        let byte = |channel: f32| (channel * 255.0).round().clamp(0.0, 255.0) as u8;
        RgbaImage::from_fn(self.width as u32, self.height as u32, |x, y| {
            Rgba(self.pixels[y as usize * self.width + x as usize].map(byte))
        })
    }
}
