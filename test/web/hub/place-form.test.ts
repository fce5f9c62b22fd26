import { describe, expect, it } from 'vitest';
import { placeText } from '../../../src/hub/places/place.js';
import { formOfPlace, placeOfForm } from '../../../src/web/hub/place-form.js';

const FORM = {
  title: 'A spiral',
  text: 'One line\nand another',
  tags: 'spiral deep',
  links: 'https://example.org/a A page\nhttps://example.org/b',
  re: '-0.75',
  im: '0.1',
  radius: '1e-3',
  theme: 'Classic',
};

describe('the form of a place', () => {
  it('is what the hub takes', () => {
    const place = placeOfForm(FORM);
    expect(place.links).toEqual([
      { url: 'https://example.org/a', label: 'A page' },
      { url: 'https://example.org/b', label: 'example.org' },
    ]);
    expect(placeText.parse(place)).toEqual(place);
  });

  it('is filled in as it was', () => {
    const place = placeOfForm(FORM);
    expect(placeOfForm(formOfPlace(place))).toEqual(place);
  });

  it.each([
    [
      'tags with other signs between them',
      { tags: ' #Spiral,  deep\tSPIRAL ' },
      { tags: ['spiral', 'deep', 'spiral'] },
    ],
    ['no tags and links', { tags: ' ', links: '\n \n' }, { tags: [], links: [] }],
    ['line ends of another time', { text: 'a\r\nb' }, { text: 'a\nb' }],
    ['a minus as it is printed', { re: ' −0.75 ' }, { re: '-0.75' }],
    ['a link that is none', { links: 'nowhere' }, { links: [{ url: 'nowhere', label: 'nowhere' }] }],
  ])('takes %s', (_, change, expected) => {
    expect(placeOfForm({ ...FORM, ...change })).toMatchObject(expected);
  });

  it('leaves it to the hub to refuse what is no link', () => {
    for (const links of ['nowhere', 'javascript:alert(1) A page', 'data:text/html,x y'])
      expect(placeText.safeParse(placeOfForm({ ...FORM, links })).success).toBe(false);
  });
});
