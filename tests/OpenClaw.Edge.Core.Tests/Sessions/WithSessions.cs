using OpenClaw.Edge.Core.Tests.Storage;
using OpenClaw.Edge.Sessions;

namespace OpenClaw.Edge.Core.Tests.Sessions;

/// <summary>A test class whose every test has a database of its own, a store of sessions over it and a clock that stands still.</summary>
public abstract class WithSessions : WithDatabase
{
    /// <summary>Opens the store.</summary>
    protected WithSessions() => Store = new SessionStore(Database, Time);

    /// <summary>The main session of the agent <c>main</c>.</summary>
    protected static SessionKey Main { get; } = SessionKey.Main("main");

    /// <summary>The store.</summary>
    protected SessionStore Store { get; }
}
