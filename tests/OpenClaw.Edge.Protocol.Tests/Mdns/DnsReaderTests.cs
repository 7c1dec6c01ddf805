using OpenClaw.Edge.Protocol.Mdns;
using Xunit;

namespace OpenClaw.Edge.Protocol.Tests.Mdns;

public sealed class DnsReaderTests
{
    private static readonly DnsName Type = DnsName.Of("_openclaw-gw._tcp.local");
    private static readonly DnsName Instance = new DnsName("My.Box (OpenClaw)").Below(Type);
    private static readonly DnsName Host = DnsName.Of("box.local");

    private static readonly DnsMessage Announcement = new()
    {
        IsResponse = true,
        Answers =
        [
            DnsRecord.Ptr(Type, 4500, Instance),
            DnsRecord.Srv(Instance, 120, 18789, Host),
            new DnsRecord(Instance, DnsType.Txt, 4500, DnsWriter.TextBytes(["role=gateway"]), Unique: true),
            new DnsRecord(Host, DnsType.A, 120, new byte[] { 192, 168, 1, 5 }, Unique: true),
        ],
    };

    [Fact]
    public void What_is_written_is_read()
    {
        Assert.True(DnsReader.TryRead(DnsWriter.Write(Announcement), out DnsMessage? read));

        Assert.True(read.IsResponse);
        Assert.Equal(4, read.Answers.Count);
        Assert.Equal(Instance, read.Answers[0].Target);
        Assert.Equal("My.Box (OpenClaw)", read.Answers[0].Target!.Labels[0]);
        Assert.Equal((ushort)18789, read.Answers[1].Port);
        Assert.Equal(Host, read.Answers[1].Target);
        Assert.True(read.Answers[1].Unique);
        Assert.False(read.Answers[0].Unique);
        Assert.Equal(4500u, read.Answers[2].Ttl);
    }

    [Fact]
    public void Compressed_names_are_read_and_their_data_is_written_out()
    {
        // "box.local" at 12, then a PTR of it to "a" + pointer 12
        byte[] packet =
        [
            0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0,
            3, (byte)'b', (byte)'o', (byte)'x', 5, (byte)'l', (byte)'o', (byte)'c', (byte)'a', (byte)'l', 0,
            0, 12, 0x80, 1, 0, 0, 0, 120, 0, 4, 1, (byte)'a', 0xC0, 12,
        ];

        Assert.True(DnsReader.TryRead(packet, out DnsMessage? read));
        Assert.Equal(DnsName.Of("a.box.local"), read.Answers[0].Target);
    }

    [Fact]
    public void Pointers_that_loop_are_refused()
    {
        byte[] packet = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 12, 0, 1];

        Assert.False(DnsReader.TryRead(packet, out _));
    }

    [Fact]
    public void Cut_anywhere_it_is_refused_and_does_not_throw()
    {
        byte[] whole = DnsWriter.Write(Announcement);

        for (int length = 0; length < whole.Length; length++)
        {
            Assert.False(DnsReader.TryRead(whole.AsSpan(0, length), out _), $"{length} of {whole.Length} bytes were taken");
        }
    }

    [Fact]
    public void A_million_mutated_packets_are_read_or_refused()
    {
        byte[] seed = DnsWriter.Write(Announcement);
        byte[] question = DnsWriter.Write(new DnsMessage { Questions = [new DnsQuestion(Type, DnsType.Ptr, true), new DnsQuestion(Host, DnsType.Any)] });
        Random random = new(6762);
        byte[] packet = new byte[seed.Length + 64];
        int taken = 0;
        for (int turn = 0; turn < 1_000_000; turn++)
        {
            byte[] from = turn % 2 == 0 ? seed : question;
            from.CopyTo(packet, 0);
            int length = random.Next(4) == 0 ? random.Next(from.Length + 64) : from.Length;
            for (int changes = random.Next(1, 8); changes > 0; changes--)
            {
                packet[random.Next(Math.Max(1, length))] = random.Next(3) switch { 0 => 0xC0, 1 => (byte)random.Next(256), _ => (byte)random.Next(64) };
            }

            if (DnsReader.TryRead(packet.AsSpan(0, length), out DnsMessage? read))
            {
                taken++;
                foreach (DnsRecord record in read.Answers)
                {
                    _ = record.Target; // must hold for whatever was taken
                }
            }
        }

        Assert.InRange(taken, 1000, 999_000); // neither everything nor nothing
    }

    [Theory]
    [InlineData("BOX.local", "box.LOCAL", true)]
    [InlineData("box.local", "box2.local", false)]
    public void Names_are_compared_as_dns_does(string left, string right, bool same)
    {
        Assert.Equal(same, DnsName.Of(left).Equals(DnsName.Of(right)));
        Assert.Equal(same, DnsName.Of(left).GetHashCode() == DnsName.Of(right).GetHashCode());
    }

    [Fact]
    public void Long_labels_are_cut_at_a_character()
    {
        byte[] bytes = DnsWriter.NameBytes(new DnsName(new string('ü', 40)));

        Assert.Equal(62, bytes[0]);
        Assert.Equal(new string('ü', 31), DnsReader.NameIn(bytes)!.Labels[0]);
    }
}
