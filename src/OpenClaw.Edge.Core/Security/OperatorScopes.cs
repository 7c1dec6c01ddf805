namespace OpenClaw.Edge.Security;

/// <summary>What an operator may do. Source: docs/protocol.md, scopes.</summary>
[Flags]
public enum OperatorScopes
{
    /// <summary>Nothing beyond being connected.</summary>
    None = 0,

    /// <summary><c>operator.read</c>.</summary>
    Read = 1,

    /// <summary><c>operator.write</c>.</summary>
    Write = 2,

    /// <summary><c>operator.admin</c>.</summary>
    Admin = 4,

    /// <summary><c>operator.approvals</c>.</summary>
    Approvals = 8,

    /// <summary><c>operator.questions</c>.</summary>
    Questions = 16,

    /// <summary><c>operator.pairing</c>.</summary>
    Pairing = 32,

    /// <summary><c>operator.talk</c>.</summary>
    Talk = 64,

    /// <summary><c>operator.talk.secrets</c>.</summary>
    TalkSecrets = 128,

    /// <summary><c>operator.sessions.read</c>.</summary>
    SessionsRead = 256,

    /// <summary><c>operator.sessions.write</c>.</summary>
    SessionsWrite = 512,
}
