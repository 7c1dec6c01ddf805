using System.Globalization;
using System.Text;
using OpenClaw.Edge.Configuration;
using QRCoder;

namespace OpenClaw.Edge.Cli;

/// <summary>A QR code on a terminal, as a PNG and as an SVG. The files are the owner's alone: what they show is a key.</summary>
internal static class QrPicture
{
    private const int PixelsPerModule = 8;
    private const int QuietModules = 4; // ISO/IEC 18004: the least; QRCoder's matrix has it

    /// <summary>Two rows of modules a line: full, upper and lower half blocks. Light modules are drawn, for dark terminals.</summary>
    public static string Draw(string text)
    {
        using var generator = new QRCodeGenerator();
        using QRCodeData data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.L);
        int size = data.ModuleMatrix.Count;
        var drawing = new StringBuilder();
        for (int row = 0; row < size; row += 2)
        {
            for (int column = 0; column < size; column++)
            {
                bool upper = !data.ModuleMatrix[row][column];
                bool lower = row + 1 >= size || !data.ModuleMatrix[row + 1][column];
                drawing.Append((upper, lower) switch
                {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    _ => ' ',
                });
            }

            drawing.Append('\n');
        }

        return drawing.ToString().TrimEnd('\n');
    }

    /// <summary>Writes a picture for paper or a screen elsewhere.</summary>
    /// <exception cref="CliException">The file cannot be written.</exception>
    public static void Write(string path, bool isPng, string text)
    {
        using var generator = new QRCodeGenerator();
        using QRCodeData data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M); // paper gets stains
        byte[] file;
        if (isPng)
        {
            using var png = new PngByteQRCode(data);
            file = png.GetGraphic(PixelsPerModule);
        }
        else
        {
            file = Encoding.UTF8.GetBytes(Svg(data));
        }

        try
        {
            AtomicFile.Write(path, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"{path} cannot be written: {e.Message}");
        }
    }

    // One path: a rectangle for each run of dark modules.
    private static string Svg(QRCodeData data)
    {
        int size = data.ModuleMatrix.Count;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" width=\"{size * PixelsPerModule}\" height=\"{size * PixelsPerModule}\" shape-rendering=\"crispEdges\"><rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/><path d=\"");
        for (int row = QuietModules; row < size - QuietModules; row++)
        {
            for (int column = 0; column < size; column++)
            {
                int start = column;
                while (column < size && data.ModuleMatrix[row][column])
                {
                    column++;
                }

                if (column > start)
                {
                    svg.Append(CultureInfo.InvariantCulture, $"M{start} {row}h{column - start}v1h-{column - start}z");
                }
            }
        }

        return svg.Append("\"/></svg>\n").ToString();
    }
}
