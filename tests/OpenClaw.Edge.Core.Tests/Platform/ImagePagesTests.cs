using OpenClaw.Edge.Platform;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Platform;

public sealed class ImagePagesTests
{
    private const string Smaps = """
        565133d09000-565133d32000 r--p 00000000 fe:01 77                         /usr/bin/openclaw
        Size:                164 kB
        Anonymous:             0 kB
        VmFlags: rd mr mw me
        565133d32000-565134aff000 r-xp 00029000 fe:01 77                         /usr/bin/openclaw
        Anonymous:             0 kB
        565135014000-565135015000 r--p 0130a000 fe:01 77                         /usr/bin/openclaw
        Anonymous:             4 kB
        565135501000-56513554b000 rw-p 017f7000 fe:01 77                         /usr/bin/openclaw
        Anonymous:             0 kB
        56513554b000-56513554c000 rw-p 00000000 00:00 0
        Anonymous:             0 kB
        7f0000000000-7f0000001000 r-xp 00000000 fe:01 78                         /usr/bin/openclaw.old
        Anonymous:             0 kB
        7f0000002000-7f0000003000 r--s 00000000 fe:01 79                         /var/lib/openclaw
        Anonymous:             0 kB
        """;

    [Fact]
    public void Only_ranges_that_cannot_differ_from_the_file_are_handed_back() =>
        Assert.Equal(
            [(0x565133d09000, 0x29000), (0x565133d32000, 0xdcd000)],
            ImagePages.ReadOnlyRanges(Smaps.Split('\n'), "/usr/bin/openclaw").Select(range => ((long)range.Start, (long)range.Length)));

    [Fact]
    public void This_process_finds_itself_and_goes_on()
    {
        ImagePages.Release();
        ImagePages.Release();

        Assert.NotEmpty(ImagePages.ReadOnlyRanges(File.ReadLines("/proc/self/smaps"), Environment.ProcessPath!));
    }
}
