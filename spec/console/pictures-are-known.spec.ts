import sharp from "sharp";
import { pictureKind } from "../../lib/console/model/pictures";

describe("a picture", () => {
  const picture = () => sharp({ create: { width: 30, height: 20, channels: 3, background: "#0af" } });

  it("is known by its bytes, with its size", async () => {
    expect(pictureKind(await picture().png().toBuffer())).toEqual({
      type: "image/png",
      width: 30,
      height: 20,
    });
    expect(pictureKind(await picture().jpeg().toBuffer())).toEqual({
      type: "image/jpeg",
      width: 30,
      height: 20,
    });
    const progressive = await picture().jpeg({ progressive: true }).toBuffer();
    expect(pictureKind(progressive)).toEqual({ type: "image/jpeg", width: 30, height: 20 });
  });

  it.each([
    ["markup", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")],
    ["nothing", Buffer.alloc(0)],
    ["the beginning of a JPEG", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4])],
    [
      "a JPEG whose segments have no length",
      Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...new Array<number>(100).fill(0)]),
    ],
    ["many fill bytes", Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(10_000, 0xff)])],
  ])("is none in %s", (_, bytes) => {
    expect(pictureKind(bytes)).toBeUndefined();
  });
});
