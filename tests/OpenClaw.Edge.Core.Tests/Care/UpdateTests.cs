using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Care;

/// <summary>Releases: who may sign them, what is in them, whose place they take.</summary>
public sealed class UpdateTests : IDisposable
{
    private readonly TempDir root = new();
    private readonly Ed25519Key signer = Ed25519Key.TryFromSeed(RandomNumberGenerator.GetBytes(32))!;

    public void Dispose() => root.Dispose();

    [Fact]
    public void Only_the_key_that_signed_is_believed()
    {
        byte[] list = List(("0.2.0", 'a'), ("0.10.1", 'b'));
        byte[] signature = Encoding.ASCII.GetBytes(Convert.ToBase64String(signer.Sign(list)) + "\n");
        ReleaseKey key = Key(signer);

        Release release = Release.From(list, signature, key, "here");
        CareException changed = Assert.Throws<CareException>(() => Release.From([.. list, (byte)'\n'], signature, key, "here"));
        CareException other = Assert.Throws<CareException>(() => Release.From(list, signature, Key(Ed25519Key.TryFromSeed(new byte[32])!), "here"));
        CareException none = Assert.Throws<CareException>(() => Release.From(list, "not base64 at all!"u8.ToArray(), key, "here"));

        Assert.Equal((new Version(0, 10, 1), new string('b', 64)), (release.Version, release.Sha256));
        Assert.All([changed, other, none], refused => Assert.Equal(CareFailure.Untrusted, refused.Failure));
    }

    [Fact]
    public void Tarballs_of_other_machines_and_other_names_are_no_release()
    {
        byte[] list = Encoding.UTF8.GetBytes(
            $"{new string('a', 64)}  openclaw-edge-9.0.0-linux-mips.tar.gz\n{new string('a', 64)}  openclaw-edge_9.0.0_amd64.deb\nshort  openclaw-edge-9.0.0-linux-{Release.Machine}.tar.gz\n"
            + $"{new string('a', 64)}  openclaw-edge-../../9.0-linux-{Release.Machine}.tar.gz\n");

        CareException refused = Assert.Throws<CareException>(() => Release.From(list, Encoding.ASCII.GetBytes(Convert.ToBase64String(signer.Sign(list))), Key(signer), "here"));

        Assert.Contains("names no tarball", refused.Message);
    }

    [Fact]
    public void Build_has_the_key_that_it_was_given_and_else_none()
    {
        string given = Path.Combine(Structure.SourceTree.Root, "packaging", "release-key.pub");

        Assert.Equal(File.Exists(given) && ReleaseKey.TryParse(File.ReadAllText(given), out _), ReleaseKey.BuiltIn() is not null);
    }

    [Fact]
    public void New_program_takes_the_place_and_goes_back()
    {
        string path = root.Write("app/openclaw", "old");
        File.CreateSymbolicLink(root.PathOf("link"), path);
        InstalledProgram program = new(root.PathOf("link"));
        (string tarball, Release release) = Tarball("new", "openclaw-edge-0.2.0-linux-amd64/bin/openclaw");

        program.Stage(tarball, release);
        Assert.Equal("old", File.ReadAllText(path));
        program.Swap();

        Assert.Equal(("new", "old", "new"), (File.ReadAllText(path), File.ReadAllText(program.PreviousPath), File.ReadAllText(root.PathOf("link"))));
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute));
        program.GoBack();
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["openclaw"], Directory.GetFiles(root.PathOf("app")).Select(Path.GetFileName));
    }

    [Fact]
    public void Changed_tarball_and_one_without_a_program_install_nothing()
    {
        InstalledProgram program = new(root.Write("app/openclaw", "old"));
        (string tarball, Release release) = Tarball("new", "x/bin/openclaw");
        (string empty, Release nothing) = Tarball("new", "x/bin/another");

        CareException changed = Assert.Throws<CareException>(() => program.Stage(tarball, release with { Sha256 = new string('0', 64) }));
        CareException without = Assert.Throws<CareException>(() => program.Stage(empty, nothing));

        Assert.Contains("the signed list says", changed.Message);
        Assert.Contains("no bin/openclaw", without.Message);
        Assert.Equal(["openclaw"], Directory.GetFiles(root.PathOf("app")).Select(Path.GetFileName));
    }

    [Fact]
    public void Packages_and_containers_are_told_who_updates_them()
    {
        Assert.Null(InstalledProgram.OwnerOf("/home/anna/.local/bin/openclaw", root.Root));
        Assert.Null(InstalledProgram.OwnerOf("/usr/bin/openclaw", root.Root));
        root.Write("var/lib/rpm/rpmdb.sqlite", "");
        Assert.Contains("dnf", InstalledProgram.OwnerOf("/usr/bin/openclaw", root.Root));
        root.Write("var/lib/dpkg/info/openclaw-edge.list", "");
        Assert.Contains("apt", InstalledProgram.OwnerOf("/usr/bin/openclaw", root.Root));
        Assert.Null(InstalledProgram.OwnerOf("/opt/openclaw/bin/openclaw", root.Root));
        root.Write("run/.containerenv", "");
        Assert.Contains("image", InstalledProgram.OwnerOf("/usr/bin/openclaw", root.Root));
        Assert.Null(InstalledProgram.OwnerOf("/opt/openclaw/bin/openclaw", root.Root));
    }

    [Theory]
    [InlineData("0::/system.slice/openclaw.service", "systemctl restart openclaw.service")]
    [InlineData("0::/system.slice/system-openclaw.slice/openclaw@anna.service", "systemctl restart openclaw@anna.service")]
    [InlineData("0::/user.slice/user-1000.slice/user@1000.service/app.slice/openclaw.service", "systemctl --user restart openclaw.service")]
    [InlineData("0::/user.slice/user-1000.slice/session-3.scope", null)]
    public void Unit_of_the_gateway_is_restarted(string group, string? expected)
    {
        root.Write("proc/7/cgroup", group + "\n");
        string bin = Path.GetDirectoryName(root.Write("bin/systemctl", "#!/bin/sh"))!;
        ProcessEnvironment environment = new(new Dictionary<string, string> { ["PATH"] = $"/nowhere:{bin}", ["HOME"] = root.Root }, "/");

        GatewayRestart? found = GatewayRestart.Find(null, 7, environment, root.Root);

        Assert.Equal(expected, found?.Text.Replace(bin + "/", "", StringComparison.Ordinal));
        Assert.Equal("/bin/sh -c my own way", GatewayRestart.Find("my own way", 7, environment, root.Root)?.Text);
    }

    [Fact]
    public void The_script_of_the_repository_signs_what_we_believe()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "no openssl");
        string script = Path.Combine(Structure.SourceTree.Root, "packaging", "sign.sh");
        string line = Run(script, "--new-key", root.PathOf("release.pem")).Trim();
        root.Write($"out/openclaw-edge-0.2.0-linux-{Release.Machine}.tar.gz", "a tarball");
        Run(script, root.PathOf("release.pem"), root.PathOf("out"));

        Assert.True(ReleaseKey.TryParse("# comment\n" + line + "\n", out ReleaseKey? key));
        Release release = Release.From(File.ReadAllBytes(root.PathOf("out/SHA256SUMS")), File.ReadAllBytes(root.PathOf("out/SHA256SUMS.sig")), key, "out");
        Assert.Equal(new Version(0, 2, 0), release.Version);
        Assert.Equal(line, Run(script, "--public", root.PathOf("release.pem")).Trim());
        Run(script, "--verify", line, root.PathOf("out"));
        Assert.Equal(AtomicFile.PrivateFile, File.GetUnixFileMode(root.PathOf("release.pem")));
    }

    [Fact]
    public void The_script_finds_what_was_changed_after_signing()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "no openssl");
        string script = Path.Combine(Structure.SourceTree.Root, "packaging", "sign.sh");
        string line = Run(script, "--new-key", root.PathOf("release.pem")).Trim();
        string other = Run(script, "--new-key", root.PathOf("other.pem")).Trim();
        string tarball = root.Write("out/a.tar.gz", "a tarball");
        Run(script, root.PathOf("release.pem"), root.PathOf("out"));

        Assert.Equal(1, Exit(script, "--verify", other, root.PathOf("out")));
        File.AppendAllText(tarball, "!");
        Assert.Equal(1, Exit(script, "--verify", line, root.PathOf("out")));
        File.AppendAllText(root.PathOf("out/SHA256SUMS"), "\n");
        Assert.Equal(1, Exit(script, "--verify", line, root.PathOf("out")));
        Assert.Equal(1, Exit(script, "--new-key", root.PathOf("release.pem"))); // a key is never written over
    }

    private static int Exit(params string[] arguments)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static string Run(params string[] arguments)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private static ReleaseKey Key(Ed25519Key pair)
    {
        Assert.True(ReleaseKey.TryParse(Convert.ToBase64String(pair.PublicKey), out ReleaseKey? key));
        return key;
    }

    private static byte[] List(params (string Version, char Hash)[] rows) => Encoding.UTF8.GetBytes(
        string.Concat(rows.Select(row => $"{new string(row.Hash, 64)}  openclaw-edge-{row.Version}-linux-{Release.Machine}.tar.gz\n")));

    private (string Path, Release Release) Tarball(string program, string member)
    {
        string path = root.PathOf(Path.GetRandomFileName());
        using (GZipStream zip = new(File.Create(path), CompressionLevel.Fastest))
        {
            TarWriter tar = new(zip);
            tar.Write("x/README", "read me"u8, DateTimeOffset.UnixEpoch, AtomicFile.PrivateFile);
            tar.Write(member, Encoding.UTF8.GetBytes(program), DateTimeOffset.UnixEpoch, AtomicFile.PrivateFolder);
            tar.Finish();
        }

        return (path, new Release("x.tar.gz", new Version(0, 2, 0), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))));
    }
}
