/** How the pictures of a cache's tiles are stored; also their files' extension. */
export type PictureFormat = 'png' | 'jpg';
