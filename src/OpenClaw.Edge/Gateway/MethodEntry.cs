using OpenClaw.Edge.Protocol.Gateway;
using OpenClaw.Edge.Security;

namespace OpenClaw.Edge.Gateway;

/// <summary>One method of the gateway.</summary>
/// <param name="Name">Wire name.</param>
/// <param name="Scope">What the caller needs.</param>
/// <param name="Notation">Params, in the notation of <see cref="ParamSchema"/>.</param>
/// <param name="Run">Does it. Runs on the connection's read loop until its first wait.</param>
internal sealed record MethodEntry(
    string Name,
    OperatorScopes Scope,
    string Notation,
    Func<MethodCall, CancellationToken, ValueTask<MethodReply>> Run)
{
    private ParamSchema? _schema;

    /// <summary>Who may call it at all.</summary>
    public MethodRole Role { get; init; }

    /// <summary>Whether <c>features.methods</c> lists it.</summary>
    public bool Advertised { get; init; } = true;

    /// <summary>Whether it changes a session that the params must name, which is checked before the schema.</summary>
    public bool NeedsSessionTarget { get; init; }

    /// <summary>Whether it changes the gateway itself, which <see cref="ControlPlaneLimit"/> slows down.</summary>
    public bool IsControlPlaneWrite { get; init; }

    /// <summary>What the params may be; read from the notation at the first call.</summary>
    public ParamSchema Schema => _schema ??= ParamSchema.Parse(Notation);

    /// <summary>Makes an entry of a method that never waits.</summary>
    public static MethodEntry Of(string name, OperatorScopes scope, string notation, Func<MethodCall, MethodReply> run) =>
        new(name, scope, notation, (call, _) => ValueTask.FromResult(run(call)));
}
