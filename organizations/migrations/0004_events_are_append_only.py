"""The log of events only grows: the database refuses to change or delete its rows.

TRUNCATE stays possible, for emptying a whole database.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION organizations_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Events are never changed or deleted.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON organizations_event
FOR EACH STATEMENT EXECUTE FUNCTION organizations_event_is_append_only();
"""
BACKWARDS = """
DROP TRIGGER event_append_only ON organizations_event;
DROP FUNCTION organizations_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0003_find_people_and_organizations")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
