using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using OpenClaw.Edge.TestKit.Sites;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary><c>openclaw update</c> from a web server: a release is a tarball with a program that is the binary under another version.</summary>
public sealed class Updates_itself : IAsyncLifetime
{
    private readonly ScriptedModelServer model = ScriptedModelServer.Start();
    private readonly TestSite site = TestSite.Start();
    private readonly Ed25519Key signer = Ed25519Key.TryFromSeed(RandomNumberGenerator.GetBytes(32))!;
    private GatewayHome home = null!;

    private string Place => $"http://127.0.0.1:{site.Port}/release";

    private string Program => Path.Combine(home.Root, "app", "openclaw");

    private string KeyFile => Path.Combine(home.Root, "key.pub");

    public async ValueTask InitializeAsync()
    {
        home = new GatewayHome(model.BaseUri);
        Directory.CreateDirectory(Path.GetDirectoryName(Program)!);
        await File.WriteAllTextAsync(Program, Script("0.1.0", "exec \"$OPENCLAW_TEST_BIN\" \"$@\""));
        File.SetUnixFileMode(Program, (UnixFileMode)0b111_101_101);
        await File.WriteAllTextAsync(KeyFile, Convert.ToBase64String(signer.PublicKey));
    }

    public async ValueTask DisposeAsync()
    {
        await site.DisposeAsync();
        await model.DisposeAsync();
        home.Dispose();
    }

    [Fact]
    public async Task New_version_takes_the_place_and_the_old_one_is_kept()
    {
        Publish("9.9.9", Script("9.9.9", "exit 0"));

        CommandRun dry = (await UpdateAsync("--dry-run")).Ends(0);
        CommandRun unasked = (await UpdateAsync()).Ends(2);
        string before = await File.ReadAllTextAsync(Program);
        CommandRun done = (await UpdateAsync("--yes", "--json")).Ends(0);

        Assert.Contains("would install 9.9.9", dry.Out);
        Assert.Contains("--yes", unasked.Error);
        Assert.Contains("0.1.0", before);
        Assert.Equal("installed", done.Json.GetProperty("status").GetString());
        Assert.Contains("9.9.9", await File.ReadAllTextAsync(Program));
        Assert.Equal(before, await File.ReadAllTextAsync(Program + ".previous"));
        Assert.Equal(["openclaw", "openclaw.previous"], Directory.GetFiles(Path.GetDirectoryName(Program)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Signature_of_somebody_else_a_changed_tarball_and_a_program_that_does_not_run_change_nothing()
    {
        string before = await File.ReadAllTextAsync(Program);
        Publish("9.9.9", Script("9.9.9", "exit 0"), by: Ed25519Key.TryFromSeed(new byte[32]));
        CommandRun foreign = (await UpdateAsync("--yes", "--json")).Ends(1);
        Publish("9.9.9", Script("9.9.9", "exit 0"), spoil: true);
        CommandRun changed = (await UpdateAsync("--yes")).Ends(1);
        Publish("9.9.9", "#!/bin/sh\nexit 7\n");
        CommandRun broken = (await UpdateAsync("--yes")).Ends(1);
        Publish("9.9.9", Script("8.8.8", "exit 0"));
        CommandRun another = (await UpdateAsync("--yes")).Ends(1);
        Publish("0.0.1", Script("0.0.1", "exit 0"));
        CommandRun older = (await UpdateAsync("--yes")).Ends(0);
        site.Page("/release/SHA256SUMS", "", status: "404 Not Found");
        CommandRun gone = (await UpdateAsync("--yes")).Ends(1);

        Assert.Equal("untrusted_file", foreign.Json.GetProperty("error").GetProperty("type").GetString());
        Assert.Contains("the signed list says", changed.Error);
        Assert.Contains("does not run here (it ended with 7", broken.Error);
        Assert.Contains("8.8.8", another.Error);
        Assert.Contains("nothing to do", older.Out);
        Assert.Contains("the server answers 404", gone.Error);
        Assert.Equal(before, await File.ReadAllTextAsync(Program));
        Assert.Equal(["openclaw"], Directory.GetFiles(Path.GetDirectoryName(Program)!).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_release_that_the_script_of_the_repository_signed_is_installed_with_its_key()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "no openssl");
        DirectoryInfo at = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "packaging", "sign.sh")))
        {
            at = at.Parent!;
        }

        string script = Path.Combine(at.FullName, "packaging", "sign.sh");
        string release = Directory.CreateDirectory(Path.Combine(home.Root, "release")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(release, $"openclaw-edge-9.9.9-linux-{Release.Machine}.tar.gz"), Tarball("9.9.9", Script("9.9.9", "exit 0")));
        await File.WriteAllTextAsync(KeyFile, await BashAsync(script, "--new-key", Path.Combine(home.Root, "release.pem")));
        await BashAsync(script, Path.Combine(home.Root, "release.pem"), release);

        CommandRun done = (await UpdateAsync("--to", release, "--yes", "--json")).Ends(0);
        await File.AppendAllTextAsync(Path.Combine(release, "SHA256SUMS"), "\n");
        CommandRun changed = (await UpdateAsync("--to", release, "--yes", "--allow-older", "--json")).Ends(1);

        Assert.Equal("installed", done.Json.GetProperty("status").GetString());
        Assert.Contains("9.9.9", await File.ReadAllTextAsync(Program));
        Assert.Equal("untrusted_file", changed.Json.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_build_without_a_key_says_what_is_missing_and_how_to_update_by_hand()
    {
        Assert.SkipUnless(ReleaseKey.BuiltIn() is null, "this build has a key");
        CommandRun refused = (await CommandRun.OfAsync(home.Variables, ["update", "--to", Place, "--binary", Program, "--yes"])).Ends(1);
        CommandRun status = (await CommandRun.OfAsync(home.Variables, ["update", "status", "--binary", Program])).Ends(0);

        string error = refused.Error.ReplaceLineEndings(" ");
        Assert.All(["packaging/release-key.pub", "--key FILE", $"linux-{Release.Machine}.tar.gz", Place, "sha256sum -c", Program], part => Assert.Contains(part, error));
        Assert.Contains("no release key", status.Out);
    }

    [Fact]
    public async Task Gateway_is_restarted_and_a_version_that_does_not_get_well_is_taken_back()
    {
        Assert.SkipWhen(RunningGateway.Binary is null, "a restart needs a process");
        home.MoreVariables["OPENCLAW_TEST_BIN"] = Path.GetFullPath(RunningGateway.Binary);
        string request = Path.Combine(home.Root, "restart");
        await using Supervisor supervisor = await Supervisor.StartAsync(Program, home, request);
        Publish("9.9.8", Script("9.9.8", "exec \"$OPENCLAW_TEST_BIN\" \"$@\""));

        CommandRun well = (await UpdateAsync(supervisor.Port, "--yes", "--json", "--restart", $"touch {request}")).Ends(0);
        Publish("9.9.9", Script("9.9.9", "exit 3"));
        CommandRun sick = (await UpdateAsync(supervisor.Port, "--yes", "--json", "--restart", $"touch {request}", "--health-timeout", "5")).Ends(1);
        await using GatewayTestClient client = await GatewayTestClient.ConnectAsync(new Uri($"http://127.0.0.1:{supervisor.Port}"), home.Token);
        await client.CallAsync("health");

        Assert.Equal("updated", well.Json.GetProperty("status").GetString());
        Assert.Equal("rolled-back", sick.Json.GetProperty("status").GetString());
        Assert.Contains("the gateway is well", sick.Json.GetProperty("message").GetString());
        Assert.Contains("9.9.8", await File.ReadAllTextAsync(Program));
        string journal = await File.ReadAllTextAsync(Path.Combine(home.StateDir, "care.jsonl"));
        Assert.Contains("\"action\":\"update.rollback\"", journal);
    }

    private static string Script(string version, string rest) => $"#!/bin/sh\nif [ \"$1\" = --version ]; then echo {version}; exit 0; fi\n{rest}\n";

    private Task<CommandRun> UpdateAsync(params string[] flags) => UpdateAsync(1, flags);

    private Task<CommandRun> UpdateAsync(int port, params string[] flags) => CommandRun.OfAsync(
        new Dictionary<string, string>(home.Variables) { ["OPENCLAW_GATEWAY_PORT"] = $"{port}" },
        ["update", .. flags.Contains("--to") ? [] : (string[])["--to", Place], "--key", KeyFile, "--binary", Program, .. flags]);

    private void Publish(string version, string program, Ed25519Key? by = null, bool spoil = false)
    {
        byte[] tarball = Tarball(version, program);
        string name = $"openclaw-edge-{version}-linux-{Release.Machine}.tar.gz";
        byte[] list = Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(tarball))}  {name}\n");
        site.Bytes("/release/SHA256SUMS", list, "text/plain");
        site.Page("/release/SHA256SUMS.sig", Convert.ToBase64String((by ?? signer).Sign(list)), "text/plain");
        site.Redirect($"/release/{name}", $"/files/{name}");
        site.Bytes($"/files/{name}", spoil ? [.. tarball, 0] : tarball, "application/gzip");
    }

    private static byte[] Tarball(string version, string program)
    {
        using MemoryStream tarball = new();
        using (GZipStream zip = new(tarball, CompressionLevel.Fastest, leaveOpen: true))
        {
            TarWriter tar = new(zip);
            tar.Write($"openclaw-edge-{version}/bin/openclaw", Encoding.UTF8.GetBytes(program), DateTimeOffset.UnixEpoch, (UnixFileMode)0b111_101_101);
            tar.Finish();
        }

        return tarball.ToArray();
    }

    private static async Task<string> BashAsync(params string[] arguments)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    /// <summary>Starts the program again when it ends or when a file asks for it, as systemd does.</summary>
    private sealed class Supervisor : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private Task loop = Task.CompletedTask;

        public int Port { get; private set; }

        public static async Task<Supervisor> StartAsync(string program, GatewayHome home, string request)
        {
            Supervisor supervisor = new();
            GatewayProcess first = await GatewayProcess.StartAsync(program, home);
            supervisor.Port = first.BaseUri.Port;
            supervisor.loop = supervisor.RunAsync(first, program, home, request);
            return supervisor;
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await loop;
            stop.Dispose();
        }

        private async Task RunAsync(GatewayProcess process, string program, GatewayHome home, string request)
        {
            using PeriodicTimer beat = new(TimeSpan.FromMilliseconds(100)); // as a real one, it looks after its unit now and then
            while (!stop.IsCancellationRequested)
            {
                if (File.Exists(request))
                {
                    File.Delete(request);
                    await process.StopAsync();
                }

                if (!Directory.Exists($"/proc/{process.Id}") || HasEnded(process.Id))
                {
                    await process.DisposeAsync();
                    process = GatewayProcess.Launch(program, home.Variables, "/", "gateway", "run", "--port", $"{Port}");
                }

                await beat.WaitForNextTickAsync();
            }

            await process.DisposeAsync();
        }

        private static bool HasEnded(int pid)
        {
            try
            {
                return File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1][0] == 'Z';
            }
            catch (IOException)
            {
                return true;
            }
        }
    }
}
