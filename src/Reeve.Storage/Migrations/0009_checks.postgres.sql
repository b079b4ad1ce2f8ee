-- Nothing is to be done: on a server a list of words in a check is a comparison with each (see the file's).
select 1;
