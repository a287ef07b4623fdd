// Makes a PNG of an SVG, at twice its size: loaded for each picture by app/src/browser.rs, which says in attributes of the element
// where the SVG is and what the file is to be called. Only a page can draw an SVG: a worker has no images.
{
  const script = document.currentScript;
  const { url, name } = script.dataset;
  /** Dots on one side: browsers draw no larger pictures. */
  const MOST = 16384;

  const draw = async () => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const times = Math.min(2, MOST / width, MOST / height);
    const canvas = document.createElement("canvas");
    canvas.width = Math.floor(width * times);
    canvas.height = Math.floor(height * times);
    const pen = canvas.getContext("2d");
    pen.scale(times, times);
    pen.drawImage(image, 0, 0);
    const png = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!png) throw new Error("the browser made nothing of it");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(png);
    link.download = name;
    link.click();
  };

  const say = (error) => {
    const line = document.createElement("p");
    line.className = "strip strip-error";
    line.setAttribute("role", "alert");
    line.textContent = `The PNG could not be drawn (${error.message}). The SVG has the same picture.`;
    document.querySelector("main").prepend(line);
  };

  draw()
    .catch(say)
    .finally(() => script.remove());
}
