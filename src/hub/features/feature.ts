import { formatRounded } from '../../math/decimal.js';
import { formatAngle, wordOf } from '../../math/features/angle.js';
import { formatAddress } from '../../math/features/angled-address.js';
import type { Component } from '../../math/features/components.js';
import { toDoubles, type FixedComplex } from '../../math/features/fixed-complex.js';
import type { Location } from '../../math/features/location.js';

/** A hyperbolic component as the database keeps it. */
export interface Feature {
  readonly period: number;
  /** The nucleus, with all digits that are known. */
  readonly re: string;
  readonly im: string;
  /** The same, rounded. */
  readonly re_near: number;
  readonly im_near: number;
  /** The cusp, or the point where a disc touches its parent. */
  readonly root_re: string;
  readonly root_im: string;
  readonly log2_size: number;
  /** Radians: 0 where it lies as the main cardioid. */
  readonly argument: number;
  readonly kind: 'cardioid' | 'disc';
  /** Angled internal address; null where the angles were not looked for. */
  readonly address: string | null;
  readonly lower_angle: string | null;
  readonly upper_angle: string | null;
  readonly parent: string | null;
  readonly is_primitive: boolean | null;
  readonly name: string | null;
  /** The lower angle's numerator over 2^period - 1, where that is below 2^53. */
  readonly word: number | null;
}

/** Periods whose words are below 2^53. */
const MAX_WORD_PERIOD = 52;

/** What is kept of a place without its names. */
function placeOf({ period, nucleus, root, shape }: Location): Omit<Feature, Names> {
  const near = toDoubles(nucleus);
  return {
    period,
    re: decimal(nucleus, 're'),
    im: decimal(nucleus, 'im'),
    re_near: near.re,
    im_near: near.im,
    root_re: decimal(root, 're'),
    root_im: decimal(root, 'im'),
    log2_size: shape.log2Size,
    argument: shape.argument,
    kind: shape.kind,
  };
}

type Names = 'address' | 'lower_angle' | 'upper_angle' | 'parent' | 'is_primitive' | 'name' | 'word';

/** What is kept of a component whose angles are known. */
export function featureOf(component: Component): Feature {
  const { angles, address, parent, name, period } = component;
  return {
    ...placeOf(component),
    address: formatAddress(address),
    lower_angle: formatAngle(angles.lower),
    upper_angle: formatAngle(angles.upper),
    parent: parent && formatAddress(parent.address),
    is_primitive: parent && parent.isPrimitive,
    name,
    word: period <= MAX_WORD_PERIOD ? Number(wordOf(angles.lower, period)) : null,
  };
}

/** What is kept of one whose period is too long for its rays. */
export function namelessFeature(location: Location): Feature {
  return {
    ...placeOf(location),
    address: null,
    lower_angle: null,
    upper_angle: null,
    parent: null,
    is_primitive: null,
    name: null,
    word: null,
  };
}

function decimal(point: FixedComplex, part: 're' | 'im'): string {
  return formatRounded(point[part], point.bits);
}
