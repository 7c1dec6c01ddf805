using System.Security.Cryptography;
using OpenClaw.Edge.Care;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Care;

/// <summary>Files sealed with a passphrase.</summary>
public sealed class SealTests
{
    private const int Chunk = 65536;
    private const int Header = 40;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData((2 * Chunk) + 5)]
    public void Comes_back_as_it_was(int length)
    {
        byte[] plain = RandomNumberGenerator.GetBytes(length);
        byte[] file = Seal(plain, 1000);

        Assert.Equal(plain, Unseal(file));
        Assert.Equal(Header + length + (16 * Math.Max(1, (length + Chunk - 1) / Chunk)), file.Length);
    }

    [Fact]
    public void Another_passphrase_opens_nothing()
    {
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => Unseal(Seal([1, 2, 3], 3), "correct horse battery stapler"));

        Assert.Contains("the passphrase is another", refused.Message);
    }

    [Fact]
    public void Every_changed_byte_and_every_cut_is_noticed()
    {
        byte[] file = Seal(RandomNumberGenerator.GetBytes(Chunk + 100), Chunk);
        foreach (int at in (int[])[3, 9, 33, Header, Header + Chunk - 1, Header + Chunk + 15, file.Length - 1])
        {
            byte[] changed = [.. file];
            changed[at] ^= 1;
            Assert.Throws<InvalidDataException>(() => Unseal(changed));
        }

        foreach (int cut in (int[])[Header, Header + 10, Header + Chunk + 16, file.Length - 1])
        {
            Assert.Throws<InvalidDataException>(() => Unseal(file[..cut]));
        }

        Assert.Throws<InvalidDataException>(() => Unseal([.. file, 0]));
    }

    [Fact]
    public void Chunks_cannot_change_places()
    {
        byte[] file = Seal(RandomNumberGenerator.GetBytes(3 * Chunk), 3 * Chunk);
        const int whole = Chunk + 16;
        byte[] swapped = [.. file[..Header], .. file.AsSpan(Header + whole, whole), .. file.AsSpan(Header, whole), .. file[(Header + (2 * whole))..]];
        byte[] dropped = [.. file[..(Header + whole)], .. file[(Header + (2 * whole))..]];

        Assert.Throws<InvalidDataException>(() => Unseal(swapped));
        Assert.Throws<InvalidDataException>(() => Unseal(dropped));
    }

    [Fact]
    public void A_header_that_asks_for_hours_of_work_is_refused_at_once()
    {
        byte[] file = Seal([1], 1);
        file[24] = 0x7F;

        Assert.Contains("header", Assert.Throws<InvalidDataException>(() => Unseal(file)).Message);
    }

    [Fact]
    public void Two_seals_of_one_text_have_nothing_in_common() =>
        Assert.NotEqual(Seal(new byte[64], 64)[8..], Seal(new byte[64], 64)[8..]);

    private static byte[] Seal(byte[] plain, int piece)
    {
        using MemoryStream file = new();
        using (SealingStream seal = new(file, "correct horse battery staple"))
        {
            for (int at = 0; at < plain.Length; at += piece)
            {
                seal.Write(plain.AsSpan(at, Math.Min(piece, plain.Length - at)));
            }
        }

        return file.ToArray();
    }

    private static byte[] Unseal(byte[] file, string passphrase = "correct horse battery staple")
    {
        using UnsealingStream stream = new(new MemoryStream(file), passphrase);
        using MemoryStream plain = new();
        stream.CopyTo(plain, 777);
        return plain.ToArray();
    }
}
