/**
 * Whether WebGL2 is computed by a graphics card. Without one a browser does it on the processor, and every pixel costs many
 * times what a plain line of Canvas 2D costs.
 */

/** How programs call themselves that draw without a graphics card: Chromium's, Mesa's two, Windows' and macOS'. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|basic render|software/i;

/** Asks a canvas that is thrown away: one that has drawn in one way cannot draw in another. */
export function isWebGLFast() {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !SOFTWARE.test(name);
}
