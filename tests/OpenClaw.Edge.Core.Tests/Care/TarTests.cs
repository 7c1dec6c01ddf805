using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Care;

/// <summary>Our tar against the framework's, both ways.</summary>
public sealed class TarTests
{
    private const UnixFileMode Mode = (UnixFileMode)0b110_100_000;

    public static TheoryData<string> Names() =>
        ["short.txt", "folder/ümlaut-日本.md", string.Join('/', Enumerable.Repeat("a-rather-long-folder-name", 12)) + "/file.txt", new string('x', 100), new string('x', 101)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_we_write_the_framework_reads(string name)
    {
        byte[] content = Encoding.UTF8.GetBytes("some text of 700 bytes".PadRight(700, '.'));
        using MemoryStream archive = new();
        OpenClaw.Edge.Care.TarWriter writer = new(archive);
        using MemoryStream source = new(content);
        List<byte> seen = [];
        writer.Write(name, source, content.Length, DateTimeOffset.UnixEpoch.AddDays(20_000), Mode, piece => seen.AddRange(piece.Span));
        writer.Write("second", "two"u8, DateTimeOffset.UnixEpoch, Mode);
        writer.Finish();

        archive.Position = 0;
        using System.Formats.Tar.TarReader reader = new(archive);
        System.Formats.Tar.TarEntry first = reader.GetNextEntry()!;
        using MemoryStream copy = new();
        first.DataStream!.CopyTo(copy);
        System.Formats.Tar.TarEntry second = reader.GetNextEntry()!;

        Assert.Equal((name, Mode, DateTimeOffset.UnixEpoch.AddDays(20_000)), (first.Name, first.Mode, first.ModificationTime));
        Assert.Equal(content, copy.ToArray());
        Assert.Equal(content, seen);
        Assert.Equal("second", second.Name);
        Assert.Null(reader.GetNextEntry());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_the_framework_writes_we_read(string name)
    {
        foreach (TarEntryFormat format in (TarEntryFormat[])[TarEntryFormat.Pax, TarEntryFormat.Gnu])
        {
            using MemoryStream archive = new();
            using (System.Formats.Tar.TarWriter writer = new(archive, format, leaveOpen: true))
            {
                writer.WriteEntry(EntryOf(format, TarEntryType.Directory, "folder/"));
                System.Formats.Tar.TarEntry file = EntryOf(format, TarEntryType.RegularFile, name);
                file.DataStream = new MemoryStream("content"u8.ToArray());
                file.Mode = Mode;
                writer.WriteEntry(file);
                writer.WriteEntry(EntryOf(format, TarEntryType.RegularFile, "empty"));
            }

            archive.Position = 0;
            OpenClaw.Edge.Care.TarReader reader = new(archive);
            OpenClaw.Edge.Care.TarEntry folder = reader.Next()!;
            Assert.Equal(("folder", true), (folder.Path, folder.IsDirectory));
            Assert.Equal(new OpenClaw.Edge.Care.TarEntry(name, 7, Mode, IsDirectory: false), reader.Next());
            Assert.Equal("content"u8.ToArray(), reader.ReadAll(7));
            Assert.Equal("empty", reader.Next()?.Path);
            Assert.Null(reader.Next());
        }
    }

    [Fact]
    public void Archive_of_the_system_program_is_read_and_skipped_contents_are_jumped_over()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tar") || File.Exists("/bin/tar"), "no tar");
        using TempDir home = new();
        home.Write("tree/a.txt", new string('a', 3000));
        home.Write("tree/below/b.txt", "b");
        using Process tar = Process.Start(new ProcessStartInfo("tar", ["-C", home.Root, "--sort=name", "-cf", home.PathOf("t.tar"), "tree"]))!;
        tar.WaitForExit();

        using FileStream file = File.OpenRead(home.PathOf("t.tar"));
        OpenClaw.Edge.Care.TarReader reader = new(file);
        List<string> names = [];
        while (reader.Next() is { } entry)
        {
            names.Add(entry.Path);
        }

        Assert.Equal(["tree", "tree/a.txt", "tree/below", "tree/below/b.txt"], names);
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public void Anything_but_files_and_folders_is_refused(TarEntryType kind)
    {
        using MemoryStream archive = new();
        using (System.Formats.Tar.TarWriter writer = new(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            System.Formats.Tar.TarEntry entry = EntryOf(TarEntryFormat.Pax, kind, "evil");
            if (kind is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            {
                entry.LinkName = "/etc/passwd";
            }

            writer.WriteEntry(entry);
        }

        archive.Position = 0;
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => new OpenClaw.Edge.Care.TarReader(archive).Next());
        Assert.Contains("'evil' is no regular file", refused.Message);
    }

    [Fact]
    public void Every_cut_and_every_changed_header_is_noticed()
    {
        using MemoryStream archive = new();
        OpenClaw.Edge.Care.TarWriter writer = new(archive);
        writer.Write("one", "content"u8, DateTimeOffset.UnixEpoch, Mode);
        writer.Finish();
        byte[] bytes = archive.ToArray();

        for (int cut = 0; cut < bytes.Length - 512; cut += 37)
        {
            Assert.ThrowsAny<IOException>(() => ReadAll(bytes[..cut]));
        }

        for (int at = 0; at < 512; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 0x41;
            Assert.Throws<InvalidDataException>(() => ReadAll(changed));
        }

        Assert.Throws<InvalidDataException>(() => ReadAll([.. bytes, 1]));
        Assert.Equal(["one"], ReadAll([.. bytes, .. new byte[9000]]));
    }

    private static System.Formats.Tar.TarEntry EntryOf(TarEntryFormat format, TarEntryType kind, string name) =>
        format == TarEntryFormat.Pax ? new PaxTarEntry(kind, name) : new GnuTarEntry(kind, name);

    private static List<string> ReadAll(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        OpenClaw.Edge.Care.TarReader reader = new(stream);
        List<string> names = [];
        while (reader.Next() is { } entry)
        {
            names.Add(entry.Path);
        }

        return names;
    }
}
