using System.Text;

namespace OpenClaw.Edge.Storage;

/// <summary>One numbered step of the schema. Once released, its text never changes.</summary>
/// <param name="Version">The <c>user_version</c> that it leads to.</param>
/// <param name="Sql">Statements that lead there from the version before.</param>
internal sealed record Migration(int Version, Func<string> Sql)
{
    /// <summary>Every step, in order, without gaps. The text is read when it is needed: almost never.</summary>
    public static IReadOnlyList<Migration> All { get; } =
    [
        Embedded(1, "0001-sessions.sql"),
        Embedded(2, "0002-devices.sql"),
        Embedded(3, "0003-approval-audit.sql"),
        Embedded(4, "0004-cron.sql"),
        Embedded(5, "0005-memory.sql"),
        Embedded(6, "0006-branches.sql"),
        Embedded(7, "0007-waiting-messages.sql"),
        Embedded(8, "0008-tasks.sql"),
        Embedded(9, "0009-cron-scratch.sql"),
    ];

    private static Migration Embedded(int version, string name) => new(version, () =>
    {
        using Stream stream = typeof(Migration).Assembly.GetManifestResourceStream($"migrations/{name}")
            ?? throw new InvalidOperationException($"Migration {name} is not embedded: OpenClaw.Edge.Core.csproj names the folder.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    });
}
