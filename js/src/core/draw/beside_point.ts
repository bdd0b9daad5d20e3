interface Size {
  readonly width: number;
  readonly height: number;
}

/** Distance in pixels that a box keeps from a point, so that what is around the point remains visible. */
export const CLEARANCE = 48;

/** Corner of a box to the right or to the left of a point, or above or below it if there is no room. */
export function besidePoint(point: { x: number; y: number }, { width, height }: Size, room: Size) {
  const within = (start: number, size: number, most: number): number => Math.max(0, Math.min(most - size, start));
  const right = point.x + CLEARANCE;
  const left = point.x - CLEARANCE - width;
  if (right + width <= room.width || left >= 0) {
    const top = within(point.y - height / 2, height, room.height);
    return { left: right + width <= room.width ? right : left, top };
  }
  const below = point.y < room.height / 2;
  const top = below ? point.y + CLEARANCE : point.y - CLEARANCE - height;
  return { left: within(point.x - width / 2, width, room.width), top };
}
