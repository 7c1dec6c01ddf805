using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Storage;
using OpenClaw.Edge.TestKit;

namespace OpenClaw.Edge.Core.Tests.Care;

/// <summary>A state directory as a gateway leaves it, with a database that holds a table of the test's.</summary>
internal sealed class CareHome : IDisposable
{
    public readonly TempDir Root = new();

    public CareHome(string config = "{ gateway: { port: 19001 } }", bool database = true)
    {
        Environment = new ProcessEnvironment(new Dictionary<string, string> { ["HOME"] = Root.Root }, Root.Root);
        Paths = StatePaths.Resolve(Environment, stateDirFlag: Root.PathOf("state"));
        Root.Write("state/openclaw.json", config);
        if (database)
        {
            EdgeDatabase.Open(Paths.DatabasePath, Time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance).DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    public ProcessEnvironment Environment { get; }

    public StatePaths Paths { get; }

    public ManualTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero));

    public ConfigSnapshot Config => ConfigLoader.Load(Paths, Environment);

    public BackupRequest Request(string? passphrase = null) => new()
    {
        Paths = Paths,
        Config = Config,
        Output = Paths.BackupDir,
        Passphrase = passphrase,
        Time = Time,
    };

    public BackupResult Backup(BackupRequest? request = null)
    {
        request ??= Request();
        return BackupWriter.Write(request, BackupPlan.For(request, CancellationToken.None), CancellationToken.None);
    }

    public string[] Files(string? folder = null) =>
        [.. Directory.EnumerateFiles(folder ?? Paths.StateDir, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder ?? Paths.StateDir, path)).Order(StringComparer.Ordinal)];

    public void Dispose() => Root.Dispose();
}
