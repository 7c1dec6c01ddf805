using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>Reads a QR code as a camera would once it stands straight: the picture, its modules, the format, the mask, the code words, the bytes.
/// Corrects no errors: a picture of ours has none. Source: ISO/IEC 18004; the tables are its table 9, as the formulas that many print.</summary>
internal static partial class QrReading
{
    private const int Quiet = 4;

    private static readonly int[][] CheckWords = // per block, by version
    [
        [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26], // M
        [0, 7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28], // L
    ];

    private static readonly int[][] Blocks =
    [
        [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16],
        [0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8],
    ];

    public static string OfPng(byte[] png)
    {
        int width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16));
        int height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20));
        int depth = png[24];
        Assert.Equal((width, 1), (height, depth)); // black and white
        using MemoryStream packed = new();
        for (int at = 8; at < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (Encoding.ASCII.GetString(png, at + 4, 4) == "IDAT")
            {
                packed.Write(png, at + 8, length);
            }

            at += 12 + length;
        }

        packed.Position = 0;
        using ZLibStream zip = new(packed, CompressionMode.Decompress);
        using MemoryStream rows = new();
        zip.CopyTo(rows);
        byte[] pixels = rows.ToArray();
        int stride = ((width + 7) / 8) + 1;
        Assert.Equal(stride * height, pixels.Length);
        bool Bit(int x, int y) => (pixels[(y * stride) + 1 + (x / 8)] >> (7 - (x % 8)) & 1) == 1;
        bool light = Bit(0, 0);
        int edge = 0; // the quiet zone ends where the first finder begins
        while (Bit(edge, edge) == light)
        {
            edge++;
        }

        int scale = edge / Quiet;
        return Read((width / scale) - (2 * Quiet), (x, y) => Bit((x + Quiet) * scale, (y + Quiet) * scale) != light);
    }

    public static string OfSvg(string svg)
    {
        int size = int.Parse(ViewBox().Match(svg).Groups[1].Value);
        HashSet<(int X, int Y)> dark = [];
        foreach (Match run in Run().Matches(svg))
        {
            for (int i = 0; i < int.Parse(run.Groups[3].Value); i++)
            {
                dark.Add((int.Parse(run.Groups[1].Value) + i, int.Parse(run.Groups[2].Value)));
            }
        }

        return Read(size - (2 * Quiet), (x, y) => dark.Contains((x + Quiet, y + Quiet)));
    }

    private static string Read(int size, Func<int, int, bool> dark)
    {
        int version = (size - 17) / 4;
        Assert.InRange(version, 1, 20);
        Assert.Equal(0, (size - 17) % 4);
        (int level, int mask) = Format(dark);
        byte[] words = Words(size, version, mask, dark);
        return Text(version, Data(words, Blocks[level][version], CheckWords[level][version]));
    }

    private static (int Level, int Mask) Format(Func<int, int, bool> dark)
    {
        int bits = 0;
        (int X, int Y)[] places =
            [(8, 0), (8, 1), (8, 2), (8, 3), (8, 4), (8, 5), (8, 7), (8, 8), (7, 8), (5, 8), (4, 8), (3, 8), (2, 8), (1, 8), (0, 8)];
        for (int i = 0; i < places.Length; i++)
        {
            bits |= dark(places[i].X, places[i].Y) ? 1 << i : 0;
        }

        int data = (bits ^ 0x5412) >> 10;
        Assert.InRange(data >> 3, 0, 1); // M or L
        return (data >> 3, data & 7);
    }

    private static byte[] Words(int size, int version, int mask, Func<int, int, bool> dark)
    {
        List<byte> words = [];
        (int word, int bits) = (0, 0);
        for (int right = size - 1; right >= 1; right -= 2)
        {
            right -= right == 6 ? 1 : 0; // the timing column
            for (int step = 0; step < size; step++)
            {
                int y = ((right + 1) & 2) == 0 ? size - 1 - step : step;
                foreach (int x in (int[])[right, right - 1])
                {
                    if (!IsPattern(size, version, x, y))
                    {
                        word = (word << 1) | (dark(x, y) ^ IsMasked(mask, x, y) ? 1 : 0);
                        if (++bits % 8 == 0)
                        {
                            words.Add((byte)word);
                        }
                    }
                }
            }
        }

        return [.. words];
    }

    private static bool IsPattern(int size, int version, int x, int y)
    {
        bool finder = (x < 9 && y < 9) || (x >= size - 8 && y < 9) || (x < 9 && y >= size - 8);
        bool versionBlock = version >= 7 && ((x < 6 && y >= size - 11) || (y < 6 && x >= size - 11));
        int[] centres = Centres(size, version);
        bool alignment = centres.Any(cx => centres.Any(cy => Math.Abs(x - cx) <= 2 && Math.Abs(y - cy) <= 2
            && (cx, cy) != (6, 6) && (cx, cy) != (6, size - 7) && (cx, cy) != (size - 7, 6)));
        return finder || versionBlock || alignment || x == 6 || y == 6;
    }

    private static int[] Centres(int size, int version)
    {
        if (version == 1)
        {
            return [];
        }

        int count = (version / 7) + 2;
        int step = ((version * 4) + (count * 2) + 1) / ((count * 2) - 2) * 2;
        return [6, .. Enumerable.Range(0, count - 1).Select(i => size - 7 - (i * step))];
    }

    private static bool IsMasked(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => ((x / 3) + (y / 2)) % 2 == 0,
        5 => (x * y % 2) + (x * y % 3) == 0,
        6 => ((x * y % 2) + (x * y % 3)) % 2 == 0,
        _ => (((x + y) % 2) + (x * y % 3)) % 2 == 0,
    };

    // The blocks take turns; the later ones may be one word longer.
    private static byte[] Data(byte[] words, int blocks, int checkWords)
    {
        int whole = words.Length / blocks;
        int shortOnes = blocks - (words.Length % blocks);
        List<byte>[] data = [.. Enumerable.Range(0, blocks).Select(_ => new List<byte>())];
        int at = 0;
        for (int i = 0; i <= whole - checkWords; i++)
        {
            for (int block = 0; block < blocks; block++)
            {
                if (i < whole - checkWords || block >= shortOnes)
                {
                    data[block].Add(words[at++]);
                }
            }
        }

        return [.. data.SelectMany(block => block)];
    }

    // Segments: bytes, and where it is shorter digits (1) or digits, capitals and nine signs (2).
    private static string Text(int version, byte[] data)
    {
        const string signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        BigInteger all = new(data, isUnsigned: true, isBigEndian: true);
        int left = data.Length * 8;
        int Take(int bits) => (int)((all >> (left -= bits)) & ((1 << bits) - 1));
        List<byte> text = [];
        while (left >= 4 && Take(4) is var mode and not 0)
        {
            int length = Take(mode switch { 1 => version < 10 ? 10 : 12, 2 => version < 10 ? 9 : 11, _ => version < 10 ? 8 : 16 });
            while (length > 0)
            {
                switch (mode)
                {
                    case 1:
                        int digits = Math.Min(length, 3);
                        text.AddRange(Encoding.ASCII.GetBytes(Take((digits * 3) + 1).ToString($"D{digits}")));
                        length -= digits;
                        break;
                    case 2:
                        int pair = Take(length > 1 ? 11 : 6);
                        text.AddRange(Encoding.ASCII.GetBytes(length > 1 ? $"{signs[pair / 45]}{signs[pair % 45]}" : $"{signs[pair]}"));
                        length -= Math.Min(length, 2);
                        break;
                    default:
                        Assert.Equal(4, mode);
                        text.Add((byte)Take(8));
                        length--;
                        break;
                }
            }
        }

        return Encoding.UTF8.GetString([.. text]);
    }

    [GeneratedRegex("""viewBox="0 0 (\d+) \1" """)]
    private static partial Regex ViewBox();

    [GeneratedRegex(@"M(\d+) (\d+)h(\d+)v1h-\3z")]
    private static partial Regex Run();
}
