-- A list of words in a check is a temporary b-tree, made and dropped for each row that is written: three of them for an exception. The same said
-- with "or" is a comparison. Nothing that is stored changes, so the text of the table can be written anew, as SQLite's "Making Other Kinds Of Table
-- Schema Changes" has it (lang_altertable.html). Connections that are open keep the old text, which says the same.

pragma writable_schema = on;

update sqlite_schema set sql = replace(sql,
    '(severity in (''LOW'', ''MEDIUM'', ''HIGH'', ''CRITICAL''))',
    '(severity = ''LOW'' or severity = ''MEDIUM'' or severity = ''HIGH'' or severity = ''CRITICAL'')')
where type = 'table' and name = 'exceptions';

update sqlite_schema set sql = replace(sql,
    '(status in (''OPEN'', ''IN_PROGRESS'', ''RESOLVED'', ''ESCALATED'', ''PENDING_APPROVAL''))',
    '(status = ''OPEN'' or status = ''IN_PROGRESS'' or status = ''RESOLVED'' or status = ''ESCALATED'' or status = ''PENDING_APPROVAL'')')
where type = 'table' and name = 'exceptions';

update sqlite_schema set sql = replace(sql,
    '(actionability in (''ACTIONABLE_APPROVED_PROCESS'', ''ACTIONABLE_NON_APPROVED_PROCESS'', ''NON_ACTIONABLE_INFO_ONLY''))',
    '(actionability = ''ACTIONABLE_APPROVED_PROCESS'' or actionability = ''ACTIONABLE_NON_APPROVED_PROCESS'' or actionability = ''NON_ACTIONABLE_INFO_ONLY'')')
where type = 'table' and name = 'exceptions';

pragma writable_schema = reset;
